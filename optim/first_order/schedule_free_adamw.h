#pragma once
#include "schedule_free.h"

namespace gradus {

/// Schedule-free AdamW: averaging in place of a schedule, with Adam's scaling; the gradient is taken between the
/// iterate z and the average x.
///
///     z and x begin at θ, S at 0
///     y = (1 − β₁) z + β₁ x,   g = ∇f(y)
///     v ← β₂ v + (1 − β₂) g²
///     γ = η √(1 − β₂ᵗ) min(1, t/warmup_steps)
///     z ← z − γ g/(√v + ε) − γ λ y
///     S ← S + γ²
///     x ← (1 − c) x + c z,   c = γ²/S
///     θ = x
///
/// θ holds x, which is what is to be evaluated; losses that are reported are those at y. Penalty and λ act at y, the box
/// on z, whose average then is in it, too. Take weight_decay and not decoupled_weight_decay, which acts on the average.
/// The bias correction √(1 − β₂ᵗ) is in γ, and thus in the average's weights; ε is added to the uncorrected √v. Later
/// versions of the authors' code divide by √v̂ and have the warm-up alone in γ.
///
/// Defaults: η = 0.0025, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, λ = 0, no warm-up (authors' code).
///
/// State: z, v, S.
///
/// A. Defazio, X. A. Yang, H. Mehta, K. Mishchenko, A. Khaled, A. Cutkosky: The road less scheduled. NeurIPS 2024,
/// arXiv:2405.15682, Algorithm 1.
struct ScheduleFreeAdamwOptions {
  Schedule learning_rate = 0.0025;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  ///< λ
  Index warmup_steps = 0;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     ScheduleFreeAdamw method({.weight_decay = 0.01, .warmup_steps = 500});
template <class Scalar = float>
class ScheduleFreeAdamw : public ScheduleFree<Scalar> {
 public:
  explicit ScheduleFreeAdamw(ScheduleFreeAdamwOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  ScheduleFreeAdamwOptions options_;
  Vector<Scalar> v_;
};

extern template class ScheduleFreeAdamw<float>;
extern template class ScheduleFreeAdamw<double>;

}  // namespace gradus
