#include "optim/first_order/yogi.h"

#include "optim/first_order/pass.h"

namespace gradus {

void YogiOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  o.number("initial_accumulator", initial_accumulator, at_least(0));
  guards.visit(o);
}

template <class Scalar>
Yogi<Scalar>::Yogi(YogiOptions options)
    : FirstOrder<Scalar>("yogi", options.learning_rate, options.guards),
      options_(checked<Scalar>("yogi", options)) {}

template <class Scalar>
void Yogi<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("v", v_);
}

template <class Scalar>
void Yogi<Scalar>::begin(const Layout&) {
  std::ranges::fill(v_, static_cast<Scalar>(options_.initial_accumulator));
}

template <class Scalar>
Change Yogi<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mean = decay<Scalar>(options_.beta1);
  const auto gain = static_cast<Scalar>(1 - options_.beta2);
  const auto eta = static_cast<Scalar>(step.eta), epsilon = static_cast<Scalar>(options_.epsilon);
  return pass(
      step,
      [=](Scalar g, Scalar& theta, Scalar& m, Scalar& v) {
        const Scalar square = g * g, move = gain * square;
        m = mean(m, g);
        v -= v > square ? move : v < square ? -move : 0;
        theta -= eta * ratio(m, std::sqrt(v) + epsilon);
      },
      m_, v_);
}

template class Yogi<float>;
template class Yogi<double>;

}  // namespace gradus
