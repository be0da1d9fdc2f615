#pragma once
#include "first_order.h"

namespace gradus {

/// Adam: momentum on the gradient, divided by the root of the running mean of its square; both corrected for
/// their start at 0.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     m̂ = m/(1 − β₁ᵗ)
///     v̂ = v/(1 − β₂ᵗ)
///     θ ← θ − η m̂/(√v̂ + ε)
///
/// [lecture] ε inside of the root.
///     θ ← θ − η m̂/√(v̂ + ε)
///
/// [keras] Bias corrections taken out of the root, ε not (the paper's section 2.1, before its end).
///     θ ← θ − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) m/(√v + ε)
///
/// A step moves an element by about η at most, but for gradients that come after many zeros: by no more than
/// η (1 − β₁)/√(1 − β₂) where one comes alone (section 2.1). ε is outside of the root and added after the correction.
/// l2 is coupled: it goes through m and v; for a decay that does not, see adamw.
///
/// Defaults: η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8 (paper, Algorithm 1; PyTorch, optax). Keras has ε = 1e-7.
///
/// State: m, v.
///
/// D. P. Kingma, J. Ba: Adam: A method for stochastic optimization. ICLR 2015, arXiv:1412.6980.
struct AdamOptions {
  Schedule learning_rate = 1e-3;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  Dialect dialect = Dialect::paper;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Adam adam({.learning_rate = 1e-3});
template <class Scalar = float>
class Adam : public FirstOrder<Scalar> {
 public:
  explicit Adam(AdamOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  AdamOptions options_;
  Vector<Scalar> m_, v_;
};

extern template class Adam<float>;
extern template class Adam<double>;

}  // namespace gradus
