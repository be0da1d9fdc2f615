#include "optim/first_order/schedule_free_adamw.h"

namespace gradus {

void ScheduleFreeAdamwOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, between(0, 1));
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  o.number("weight_decay", weight_decay, at_least(0));
  o.integer("warmup_steps", warmup_steps, at_least(0));
  guards.visit(o);
}

template <class Scalar>
ScheduleFreeAdamw<Scalar>::ScheduleFreeAdamw(ScheduleFreeAdamwOptions options)
    : ScheduleFree<Scalar>("schedule-free-adamw", options.learning_rate, options.guards, options.beta1,
                           options.warmup_steps),
      options_(checked<Scalar>("schedule-free-adamw", options)) {}

template <class Scalar>
void ScheduleFreeAdamw<Scalar>::state(const Fields& each) {
  ScheduleFree<Scalar>::state(each);
  each("v", v_);
}

template <class Scalar>
Change ScheduleFreeAdamw<Scalar>::update(const RuleStep<Scalar>& step) {
  const double rate = this->rate(step) * std::sqrt(1 - std::pow(options_.beta2, step.t));
  const auto gamma = static_cast<Scalar>(rate), shrink = static_cast<Scalar>(rate * options_.weight_decay);
  const auto mean2 = decay<Scalar>(options_.beta2);
  const auto epsilon = static_cast<Scalar>(options_.epsilon);
  return this->move(
      step, rate,
      [=](Scalar g, Scalar y, Scalar& v) {
        v = mean2(v, g * g);
        return ratio(gamma * g, std::sqrt(v) + epsilon) + shrink * y;
      },
      v_);
}

template class ScheduleFreeAdamw<float>;
template class ScheduleFreeAdamw<double>;

}  // namespace gradus
