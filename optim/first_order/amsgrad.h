#pragma once
#include "first_order.h"

namespace gradus {

/// AMSGrad: Adam whose divisor never decreases.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     v̂ ← max(v̂, v)
///     θ ← θ − η m/√v̂          0/0 = 0
///
/// [lecture] The maximum is over corrected v; m corrected, too; ε inside of the root.
///     v̂ ← max(v̂, v/(1 − β₂ᵗ))
///     θ ← θ − η m/(1 − β₁ᵗ)/√(v̂ + ε)
///
/// [torch] m and the maximum corrected, ε outside of the root.
///     θ ← θ − η/(1 − β₁ᵗ) m/(√v̂/√(1 − β₂ᵗ) + ε)
///
/// [keras] Corrections taken out of the root, ε not.
///     θ ← θ − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) m/(√v̂ + ε)
///
/// The paper's form has no corrections for the start at 0, and no ε: its first steps are larger than η, up
/// to 6.6 times with the defaults, where the gradient stays the same. In it and in lecture's form η/√v̂
/// never increases for an η that does not. The paper projects onto a box: here box_low and box_high. In
/// optax the maximum is lecture's, ε torch's.
///
/// Defaults: η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, as Adam's. The paper searches β₂ in {0.99, 0.999}.
///
/// State: m, v, v̂ ("v_max").
///
/// S. J. Reddi, S. Kale, S. Kumar: On the convergence of Adam and beyond. ICLR 2018, arXiv:1904.09237,
/// Algorithm 2.
struct AmsgradOptions {
  Schedule learning_rate = 1e-3;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;  ///< of the dialects lecture, torch and keras alone
  Dialect dialect = Dialect::paper;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Amsgrad amsgrad({.learning_rate = 1e-3});
template <class Scalar = float>
class Amsgrad : public FirstOrder<Scalar> {
 public:
  explicit Amsgrad(AmsgradOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  AmsgradOptions options_;
  Vector<Scalar> m_, v_, v_max_;
};

extern template class Amsgrad<float>;
extern template class Amsgrad<double>;

}  // namespace gradus
