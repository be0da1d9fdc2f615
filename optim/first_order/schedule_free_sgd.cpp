#include "optim/first_order/schedule_free_sgd.h"

namespace gradus {

void ScheduleFreeSgdOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta", beta, between(0, 1));
  o.number("weight_decay", weight_decay, at_least(0));
  o.integer("warmup_steps", warmup_steps, at_least(0));
  guards.visit(o);
}

template <class Scalar>
ScheduleFreeSgd<Scalar>::ScheduleFreeSgd(ScheduleFreeSgdOptions options)
    : ScheduleFree<Scalar>("schedule-free-sgd", options.learning_rate, options.guards, options.beta,
                           options.warmup_steps),
      options_(checked<Scalar>("schedule-free-sgd", options)) {}

template <class Scalar>
Change ScheduleFreeSgd<Scalar>::update(const RuleStep<Scalar>& step) {
  const double rate = this->rate(step);
  return this->move(step, rate,
                    [gamma = static_cast<Scalar>(rate), lambda = static_cast<Scalar>(options_.weight_decay)](
                        Scalar g, Scalar y) { return gamma * (g + lambda * y); });
}

template class ScheduleFreeSgd<float>;
template class ScheduleFreeSgd<double>;

}  // namespace gradus
