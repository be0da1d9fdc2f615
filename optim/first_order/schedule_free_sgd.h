#pragma once
#include "schedule_free.h"

namespace gradus {

/// Schedule-free SGD: gradient descent with averaging in place of a schedule; the gradient is taken between the
/// iterate z and the average x.
///
///     z and x begin at θ, S at 0
///     γ = η min(1, t/warmup_steps)         without warm-up: γ = η
///     y = (1 − β) z + β x
///     z ← z − γ (∇f(y) + λ y)
///     S ← S + γ²
///     x ← (1 − c) x + c z,   c = γ²/S
///     θ = x
///
/// θ holds x, which is what is to be evaluated; losses that are reported are those at y. Penalty and λ act at y, the box
/// on z, whose average then is in it, too. Take weight_decay and not decoupled_weight_decay, which acts on the average.
/// c is 1 in the first step and 1/t for a constant γ, as in Algorithm 1; equation 5 counts the start into the average.
///
/// Defaults: η = 1, β = 0.9, λ = 0, no warm-up (authors' code).
///
/// State: z, S.
///
/// A. Defazio, X. A. Yang, H. Mehta, K. Mishchenko, A. Khaled, A. Cutkosky: The road less scheduled. NeurIPS 2024,
/// arXiv:2405.15682.
struct ScheduleFreeSgdOptions {
  Schedule learning_rate = 1;  ///< η
  double beta = 0.9;
  double weight_decay = 0;  ///< λ
  Index warmup_steps = 0;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     ScheduleFreeSgd method({.learning_rate = 0.5, .warmup_steps = 100});
template <class Scalar = float>
class ScheduleFreeSgd : public ScheduleFree<Scalar> {
 public:
  explicit ScheduleFreeSgd(ScheduleFreeSgdOptions options = {});

 private:
  Change update(const RuleStep<Scalar>& step) override;

  ScheduleFreeSgdOptions options_;
};

extern template class ScheduleFreeSgd<float>;
extern template class ScheduleFreeSgd<double>;

}  // namespace gradus
