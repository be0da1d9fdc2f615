#pragma once
#include <optional>

#include "first_order.h"

namespace gradus {

/// AdamW: Adam with a weight decay of its own, which does not pass through the division by √v̂.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     m̂ = m/(1 − β₁ᵗ)
///     v̂ = v/(1 − β₂ᵗ)
///     θ ← θ − η m̂/(√v̂ + ε) − (η/η₀) λ θ
///
/// [torch] The decay is multiplied by η.
///     θ ← θ − η m̂/(√v̂ + ε) − η λ θ
///
/// [keras] The decay is multiplied by η, beside Adam with its bias corrections taken out of the root.
///     θ ← θ − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) m/(√v + ε) − η λ θ
///
/// η₀ is the rate that the schedule multiplies, its greatest; η/η₀ is the paper's ηₜ, and 1 for a constant
/// η. So the paper's λ is η₀ times the libraries': with the dialects torch and keras, give weight_decay
/// itself. Both θ of the last line are those before the step.
///
/// Defaults: η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8 (paper). λ follows the dialect where it is not given: 0.01
/// for torch and 0.004 for keras, as these libraries have it, and for the paper's 1e-5, which is torch's at η₀ =
/// 0.001: the paper names none, and tunes it. Keras has ε = 1e-7; optax λ = 1e-4 in torch's form.
///
/// State: m, v.
///
/// I. Loshchilov, F. Hutter: Decoupled weight decay regularization. ICLR 2019, arXiv:1711.05101, Algorithm
/// 2.
struct AdamwOptions {
  Schedule learning_rate = 1e-3;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  std::optional<double> weight_decay = {};  ///< λ; the dialect's where it is not given
  Dialect dialect = Dialect::paper;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Adamw adamw({.learning_rate = 1e-3, .weight_decay = 1e-5});
template <class Scalar = float>
class Adamw : public FirstOrder<Scalar> {
 public:
  explicit Adamw(AdamwOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  AdamwOptions options_;
  Vector<Scalar> m_, v_;
};

extern template class Adamw<float>;
extern template class Adamw<double>;

}  // namespace gradus
