#include "optim/first_order/adabelief.h"

#include "optim/first_order/pass.h"

namespace gradus {

void AdabeliefOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  guards.visit(o);
}

template <class Scalar>
Adabelief<Scalar>::Adabelief(AdabeliefOptions options)
    : FirstOrder<Scalar>("adabelief", options.learning_rate, options.guards),
      options_(checked<Scalar>("adabelief", options)) {}

template <class Scalar>
void Adabelief<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("s", s_);
}

template <class Scalar>
Change Adabelief<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mean1 = decay<Scalar>(options_.beta1);
  const auto mean2 = decay<Scalar>(options_.beta2);
  const auto epsilon = static_cast<Scalar>(options_.epsilon);
  const auto eta = static_cast<Scalar>(step.eta / (1 - std::pow(options_.beta1, step.t)));
  const auto correction = static_cast<Scalar>(1 / (1 - std::pow(options_.beta2, step.t)));
  return pass(
      step,
      [=](Scalar g, Scalar& theta, Scalar& m, Scalar& s) {
        m = mean1(m, g);
        s = mean2(s, (g - m) * (g - m)) + epsilon;
        theta -= eta * ratio(m, std::sqrt(correction * s) + epsilon);
      },
      m_, s_);
}

template class Adabelief<float>;
template class Adabelief<double>;

}  // namespace gradus
