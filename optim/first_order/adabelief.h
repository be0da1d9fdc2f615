#pragma once
#include "first_order.h"

namespace gradus {

/// AdaBelief: Adam with the variance of the gradient about its running mean in place of its mean square.
///
///     m ← β₁ m + (1 − β₁) g
///     s ← β₂ s + (1 − β₂)(g − m)² + ε
///     m̂ = m/(1 − β₁ᵗ)
///     ŝ = s/(1 − β₂ᵗ)
///     θ ← θ − η m̂/(√ŝ + ε)
///
/// Where gradients agree with their mean the steps are long. ε is added to s in every step and stays in it,
/// up to ε/(1 − β₂), so that no step is longer than about η |m̂| √((1 − β₂)/ε): in θ where the gradient
/// hardly changes, that is ε's doing.
///
/// Defaults: η = 0.001, β₁ = 0.9, β₂ = 0.999 (paper), ε = 1e-16 (authors' package, optax). That package
/// rectifies as RAdam does by default; the paper, and this, do not.
///
/// State: m, s.
///
/// J. Zhuang, T. Tang, Y. Ding, S. Tatikonda, N. Dvornek, X. Papademetris, J. S. Duncan: AdaBelief
/// optimizer: Adapting stepsizes by the belief in observed gradients. NeurIPS 2020, arXiv:2010.07468,
/// Algorithm 2.
struct AdabeliefOptions {
  Schedule learning_rate = 1e-3;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-16;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Adabelief adabelief({.learning_rate = 1e-3});
template <class Scalar = float>
class Adabelief : public FirstOrder<Scalar> {
 public:
  explicit Adabelief(AdabeliefOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  AdabeliefOptions options_;
  Vector<Scalar> m_, s_;
};

extern template class Adabelief<float>;
extern template class Adabelief<double>;

}  // namespace gradus
