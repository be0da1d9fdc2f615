#pragma once
#include "objective.h"
#include "optimizer.h"

namespace gradus {

/// Another objective, with its evaluations counted, so that methods are compared at equal work and not at
/// equal iterations.
///
/// cost() is in gradient equivalents, by the matrix products a layer takes: a value 1/3 (forward, of forward
/// and two backward), a Hessian product 2 (and once for each point 1 for the values it holds), a Gauss–Newton
/// product 4/3 (and 1/3), an empirical Fisher diagonal 1, and is counted as a gradient. What is taken on a share of the
/// cases, as Curvature::share and Overlap::share say, costs that share.
template <class Scalar>
class CountingObjective : public Objective<Scalar> {
 public:
  using typename Objective<Scalar>::View;
  using typename Objective<Scalar>::Ref;

  /// `objective` must live as long as this does.
  explicit CountingObjective(Objective<Scalar>& objective) : objective_(objective) {}

  const Evaluations& evaluations() const { return evaluations_; }
  double cost() const { return third_gradients_ / 3.0; }

  Index size() const override { return objective_.size(); }
  Scalar value(View theta) override {
    count_value(1);
    return objective_.value(theta);
  }
  Scalar gradient(View theta, Ref out) override {
    count_gradient(1);
    return objective_.gradient(theta, out);
  }
  Curvature<Scalar>& hessian(View theta) override {
    hessian_.curvature = last_ = &objective_.hessian(theta);
    third_gradients_ += 3 * share();
    return hessian_;
  }
  Curvature<Scalar>& gauss_newton(View theta) override {
    gauss_newton_.curvature = last_ = &objective_.gauss_newton(theta);
    third_gradients_ += share();
    return gauss_newton_;
  }
  void empirical_fisher_diagonal(View theta, Ref out) override {
    objective_.empirical_fisher_diagonal(theta, out);
    count_gradient(share());
  }
  std::uint64_t version() const override { return objective_.version(); }
  Overlap<Scalar> overlap() override {
    overlap_.counted = objective_.overlap();
    return {overlap_.counted.objective == nullptr ? nullptr : &overlap_, overlap_.counted.share};
  }
  Layout layout() const override { return objective_.layout(); }
  std::string element_name(Index i) const override { return objective_.element_name(i); }

 private:
  struct Counted : Curvature<Scalar> {
    Counted(CountingObjective& o, double c) : owner(o), third_gradients(c) {}
    void apply(View v, Ref out) override {
      count(1);
      curvature->apply(v, out);
    }
    void apply_many(Index n, View v, Ref out) override {
      count(n);
      curvature->apply_many(n, v, out);
    }
    Scalar value(View theta) override {
      owner.count_value(share());
      return curvature->value(theta);
    }
    double share() const override { return curvature->share(); }
    void count(Index products) {
      owner.evaluations_.products += products;
      owner.third_gradients_ += static_cast<double>(products) * third_gradients * share();
    }
    CountingObjective& owner;
    double third_gradients;
    Curvature<Scalar>* curvature = nullptr;
  };

  struct CountedOverlap : Objective<Scalar> {
    explicit CountedOverlap(CountingObjective& o) : owner(o) {}
    Index size() const override { return counted.objective->size(); }
    Scalar value(View theta) override {
      owner.count_value(counted.share);
      return counted.objective->value(theta);
    }
    Scalar gradient(View theta, Ref out) override {
      owner.count_gradient(counted.share);
      return counted.objective->gradient(theta, out);
    }
    CountingObjective& owner;
    Overlap<Scalar> counted = {};
  };

  void count_gradient(double share) {
    ++evaluations_.gradients;
    third_gradients_ += 3 * share;
  }
  void count_value(double share) {
    ++evaluations_.values;
    third_gradients_ += share;
  }
  // Of the curvature's cases, as far as it is known.
  double share() const { return last_ == nullptr ? 1 : last_->share(); }

  Objective<Scalar>& objective_;
  Evaluations evaluations_;
  double third_gradients_ = 0;
  CountedOverlap overlap_{*this};
  Counted hessian_{*this, 6}, gauss_newton_{*this, 4};
  Curvature<Scalar>* last_ = nullptr;
};

}  // namespace gradus
