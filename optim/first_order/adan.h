#pragma once
#include "first_order.h"

namespace gradus {

/// Adan: Nesterov momentum without a gradient elsewhere; the running mean of the gradients' differences stands
/// for the look-ahead.
///
///     d = g − g_before
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) d
///     n ← β₃ n + (1 − β₃)(g + β₂ d)²
///     θ ← (θ − η (m + β₂ v)/√(n + ε))/(1 + η λ)
///
/// It begins with m = g, v = 0, n = g² in the first step and v = d in the second, so that it needs no bias
/// correction. The βs are the shares that are kept, which the paper calls 1 − β. g_before is the last gradient
/// after penalty and clipping: with mini-batches, d is made of two batches. The restart of Algorithm 1 is left
/// out, as the authors do. Their code, and optax, let all state begin at 0 with Adam's bias corrections, and have
/// ε outside of the root. λ is decoupled, by the division.
///
/// Defaults: η = 0.001, β₁ = 0.98, β₂ = 0.92, β₃ = 0.99, ε = 1e-8 (paper: 0.02, 0.08, 0.01), λ = 0; the authors
/// recommend λ = 0.02.
///
/// State: m, v, n, g_before.
///
/// X. Xie, P. Zhou, H. Li, Z. Lin, S. Yan: Adan: Adaptive Nesterov momentum algorithm for faster optimizing
/// deep models. IEEE TPAMI 46 (2024) 9508–9520, arXiv:2208.06677.
struct AdanOptions {
  Schedule learning_rate = 1e-3;  ///< η
  double beta1 = 0.98;
  double beta2 = 0.92;
  double beta3 = 0.99;
  double epsilon = 1e-8;
  double weight_decay = 0;  ///< λ
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Adan adan({.learning_rate = 1e-3, .weight_decay = 0.02});
template <class Scalar = float>
class Adan : public FirstOrder<Scalar> {
 public:
  explicit Adan(AdanOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  AdanOptions options_;
  Vector<Scalar> m_, v_, n_, g_before_;
};

extern template class Adan<float>;
extern template class Adan<double>;

}  // namespace gradus
