#pragma once
#include "first_order.h"

namespace gradus {

/// RAdam (rectified Adam): Adam whose step is scaled by how far the variance of 1/√v̂ is tamed already, and
/// momentum alone before it is.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     m̂ = m/(1 − β₁ᵗ)
///     ρ∞ = 2/(1 − β₂) − 1
///     ρ = ρ∞ − 2 t β₂ᵗ/(1 − β₂ᵗ)
///     if ρ > 4:
///         l = √(1 − β₂ᵗ)/√v          0/0 = 0
///         r = √((ρ − 4)(ρ − 2) ρ∞/((ρ∞ − 4)(ρ∞ − 2) ρ))
///         θ ← θ − η r m̂ l
///     else:
///         θ ← θ − η m̂
///
/// [torch] Where ρ > 5; ε added to the root of v before its correction.
///     l = √(1 − β₂ᵗ)/(√v + ε)
///
/// The paper's form has no ε. With β₂ = 0.999 it is momentum in the first 4 steps (torch: 5), of size η
/// |m̂|, which is large where gradients are; with β₂ ≤ 0.6 (torch: 2/3) it is momentum for ever.
///
/// Defaults: η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8 (paper: Adam's; PyTorch, optax).
///
/// State: m, v.
///
/// L. Liu, H. Jiang, P. He, W. Chen, X. Liu, J. Gao, J. Han: On the variance of the adaptive learning rate
/// and beyond. ICLR 2020, arXiv:1908.03265, Algorithm 2.
struct RadamOptions {
  Schedule learning_rate = 1e-3;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;  ///< of the dialect torch alone
  Dialect dialect = Dialect::paper;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Radam radam({.learning_rate = 1e-3});
template <class Scalar = float>
class Radam : public FirstOrder<Scalar> {
 public:
  explicit Radam(RadamOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  RadamOptions options_;
  Vector<Scalar> m_, v_;
};

extern template class Radam<float>;
extern template class Radam<double>;

}  // namespace gradus
