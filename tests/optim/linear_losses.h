#pragma once
#include <functional>

#include "optim/objective.h"

namespace gradus::test {

/// Another linear loss in each step t = 1, 2, …: f_t(θ) = Σ g(t, i) θ_i.
class LinearLosses : public Objective<double> {
 public:
  LinearLosses(Index size, std::function<double(Index t, Index i)> g) : size_(size), g_(std::move(g)) {}

  Index size() const override { return size_; }
  double value(View theta) override {
    double f = 0;
    for (Index i = 0; i < size_; ++i) f += g_(t_, i) * theta[static_cast<std::size_t>(i)];
    return f;
  }
  double gradient(View theta, Ref out) override {
    ++t_;
    for (Index i = 0; i < size_; ++i) out[static_cast<std::size_t>(i)] = g_(t_, i);
    return value(theta);
  }

 private:
  Index size_, t_ = 0;
  std::function<double(Index t, Index i)> g_;
};

}  // namespace gradus::test
