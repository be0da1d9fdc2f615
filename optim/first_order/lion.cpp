#include "optim/first_order/lion.h"

#include "optim/first_order/pass.h"

namespace gradus {

void LionOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("weight_decay", weight_decay, at_least(0));
  guards.visit(o);
}

template <class Scalar>
Lion<Scalar>::Lion(LionOptions options)
    : FirstOrder<Scalar>("lion", options.learning_rate, options.guards),
      options_(checked<Scalar>("lion", options)) {}

template <class Scalar>
void Lion<Scalar>::state(const Fields& each) {
  each("m", m_);
}

template <class Scalar>
Change Lion<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mean1 = decay<Scalar>(options_.beta1);
  const auto mean2 = decay<Scalar>(options_.beta2);
  const auto eta = static_cast<Scalar>(step.eta);
  const auto shrink = static_cast<Scalar>(step.eta * options_.weight_decay);
  return pass(
      step,
      [=](Scalar g, Scalar& theta, Scalar& m) {
        const Scalar u = mean1(m, g);
        m = mean2(m, g);
        theta -= (u > 0 ? eta : u < 0 ? -eta : 0) + shrink * theta;
      },
      m_);
}

template class Lion<float>;
template class Lion<double>;

}  // namespace gradus
