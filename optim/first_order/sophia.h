#pragma once
#include "first_order.h"

namespace gradus {

/// Sophia: momentum divided by a running estimate of the Hessian's diagonal, and clipped element by element
/// ("Sophia-H").
///
///     m ← β₁ m + (1 − β₁) g
///     in step 1, 1 + interval, 1 + 2 interval, …:   h ← β₂ h + (1 − β₂) z∘Hz,   z random signs
///     θ ← θ − η clip(m/max(γ h, ε), 1) − η λ θ          clip: each element into [−1, 1]
///
/// H is the Hessian at θ of the objective that g is of, on the same batch; without l2. No element moves by more than η;
/// where h ≤ ε/γ, as where the curvature is negative, it moves by −η sign(m). There is no bias correction: h begins
/// at 0, so that the first steps are clipped. λ is decoupled. It takes one gradient a step and one Hessian product (about
/// two gradients' work) every `interval` steps. The paper draws z from a normal distribution; with signs the estimate has
/// the same mean and a smaller variance, none of it from the diagonal itself. They depend on the seed and the step alone.
///
/// Defaults: η = 0.001, β₁ = 0.965, β₂ = 0.99 (authors' code, optax), γ = 0.01 (paper, Sophia-H), ε = 1e-12,
/// interval = 10, λ = 0.
///
/// State: m, h.
///
/// H. Liu, Z. Li, D. Hall, P. Liang, T. Ma: Sophia: A scalable stochastic second-order optimizer for language model
/// pre-training. ICLR 2024, arXiv:2305.14342, Algorithms 1 and 3.
struct SophiaOptions {
  Schedule learning_rate = 1e-3;  ///< η
  double beta1 = 0.965;
  double beta2 = 0.99;
  double gamma = 0.01;
  double epsilon = 1e-12;
  Index interval = 10;
  double weight_decay = 0;  ///< λ
  Index seed = 0;           ///< of the random signs
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Sophia sophia({.learning_rate = 1e-3});
template <class Scalar = float>
class Sophia : public FirstOrder<Scalar> {
 public:
  explicit Sophia(SophiaOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  void begin(const Layout& layout) override;
  Change update(const RuleStep<Scalar>& step) override;

  SophiaOptions options_;
  Vector<Scalar> m_, h_;
  Vector<Scalar> z_, product_;  // not state
};

extern template class Sophia<float>;
extern template class Sophia<double>;

}  // namespace gradus
