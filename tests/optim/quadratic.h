#pragma once
#include <vector>

#include "optim/objective.h"

namespace gradus::test {

/// f(θ) = ½ θᵀAθ − bᵀθ, with A symmetric.
template <class Scalar>
class Quadratic : public Objective<Scalar> {
 public:
  using typename Objective<Scalar>::View;
  using typename Objective<Scalar>::Ref;

  Quadratic(std::vector<std::vector<Scalar>> a, std::vector<Scalar> b)
      : a_(std::move(a)), b_(std::move(b)), hessian_(*this) {}

  Index size() const override { return std::ssize(b_); }
  Scalar value(View theta) override {
    Scalar f = 0;
    for (std::size_t i = 0; i < b_.size(); ++i) f += theta[i] * (row(i, theta) / 2 - b_[i]);
    return f;
  }
  Scalar gradient(View theta, Ref out) override {
    for (std::size_t i = 0; i < b_.size(); ++i) out[i] = row(i, theta) - b_[i];
    return value(theta);
  }
  Curvature<Scalar>& hessian(View) override { return hessian_; }

 private:
  struct Hessian : Curvature<Scalar> {
    explicit Hessian(Quadratic& q) : quadratic(q) {}
    void apply(View v, Ref out) override {
      for (std::size_t i = 0; i < v.size(); ++i) out[i] = quadratic.row(i, v);
    }
    Scalar value(View theta) override { return quadratic.value(theta); }
    Quadratic& quadratic;
  };

  Scalar row(std::size_t i, View v) const {
    Scalar sum = 0;
    for (std::size_t j = 0; j < v.size(); ++j) sum += a_[i][j] * v[j];
    return sum;
  }

  std::vector<std::vector<Scalar>> a_;
  std::vector<Scalar> b_;
  Hessian hessian_;
};

}  // namespace gradus::test
