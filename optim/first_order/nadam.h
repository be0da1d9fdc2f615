#pragma once
#include "first_order.h"

namespace gradus {

/// Nadam: Adam with Nesterov's look-ahead in its momentum, which rises from step to step.
///
///     μₜ = β₁ (1 − ½ 0.96^(ψ t))
///     m ← μₜ m + (1 − μₜ) g
///     v ← β₂ v + (1 − β₂) g²
///     m̂ = μₜ₊₁ m/(1 − μ₁ ⋯ μₜ₊₁) + (1 − μₜ) g/(1 − μ₁ ⋯ μₜ)
///     v̂ = v/(1 − β₂ᵗ)
///     θ ← θ − η m̂/(√v̂ + ε)
///
/// [torch, keras] m decays with β₁ throughout; μₜ is in m̂ alone.
///     m ← β₁ m + (1 − β₁) g
///
/// [keras] And ψ = 1.
///
/// [lecture] μₜ = β₁ throughout, and ε inside of the root.
///     m ← β₁ m + (1 − β₁) g
///     m̂ = β₁ m/(1 − β₁ᵗ⁺¹) + (1 − β₁) g/(1 − β₁ᵗ)
///     θ ← θ − η m̂/√(v̂ + ε)
///
/// ψ, momentum_decay, is not used by the dialects keras and lecture. That m decays with μₜ makes the
/// products of the μ its exact bias correction; the decay with β₁ is that of an earlier report by the same
/// author (Stanford CS229, 2015). Algorithm 2 prints a factor β₂ more in v̂, which neither its derivation
/// nor any library has.
///
/// Defaults: η = 0.002, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, ψ = 0.004 (PyTorch; the paper's is 1/250, too).
/// Keras has η = 0.001, ε = 1e-7; optax' nadam is lecture's with ε outside of the root.
///
/// State: m, v, μ₁ ⋯ μₜ.
///
/// T. Dozat: Incorporating Nesterov momentum into Adam. ICLR 2016 workshop, Algorithm 2.
struct NadamOptions {
  Schedule learning_rate = 2e-3;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double momentum_decay = 0.004;  ///< ψ
  Dialect dialect = Dialect::paper;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Nadam nadam({.learning_rate = 2e-3});
template <class Scalar = float>
class Nadam : public FirstOrder<Scalar> {
 public:
  explicit Nadam(NadamOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  void begin(const Layout& layout) override;
  void visit_numbers(StateVisitor& visitor) override;
  Change update(const RuleStep<Scalar>& step) override;
  double mu(Index t) const;

  NadamOptions options_;
  Vector<Scalar> m_, v_;
  double product_ = 1;  // μ₁ ⋯ μₜ
};

extern template class Nadam<float>;
extern template class Nadam<double>;

}  // namespace gradus
