#pragma once
#include <functional>
#include <optional>
#include <utility>

#include "optim/objective.h"

namespace gradus::test {

/// Another linear loss in each step t = 1, 2, …: f_t(θ) = Σ g(t, i) θ_i, or `loss` where it is given.
template <class Scalar = double>
class GivenGradients : public Objective<Scalar> {
 public:
  using typename Objective<Scalar>::View;
  using typename Objective<Scalar>::Ref;

  GivenGradients(Index size, std::function<Scalar(Index t, Index i)> g, std::optional<Scalar> loss = {})
      : size_(size), g_(std::move(g)), loss_(loss) {}
  /// The same gradient in each step.
  explicit GivenGradients(Vector<Scalar> g, std::optional<Scalar> loss = {})
      : GivenGradients(
            std::ssize(g), [g](Index, Index i) { return g[static_cast<std::size_t>(i)]; }, loss) {}

  Index size() const override { return size_; }
  Scalar value(View theta) override {
    if (loss_) return *loss_;
    Scalar f = 0;
    for (Index i = 0; i < size_; ++i) f += g_(t_, i) * theta[static_cast<std::size_t>(i)];
    return f;
  }
  Scalar gradient(View theta, Ref out) override {
    ++t_;
    for (Index i = 0; i < size_; ++i) out[static_cast<std::size_t>(i)] = g_(t_, i);
    return value(theta);
  }

 private:
  Index size_, t_ = 0;
  std::function<Scalar(Index t, Index i)> g_;
  std::optional<Scalar> loss_;
};

}  // namespace gradus::test
