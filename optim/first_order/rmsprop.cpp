#include "optim/first_order/rmsprop.h"

#include "optim/first_order/pass.h"

namespace gradus {

void RmspropOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("decay", decay, share);
  o.number("epsilon", epsilon, at_least(0));
  o.dialect(dialect, {Dialect::paper, Dialect::lecture, Dialect::torch, Dialect::keras});
  guards.visit(o);
}

template <class Scalar>
Rmsprop<Scalar>::Rmsprop(RmspropOptions options)
    : FirstOrder<Scalar>("rmsprop", options.learning_rate, options.guards),
      options_(checked<Scalar>("rmsprop", options)) {}

template <class Scalar>
void Rmsprop<Scalar>::state(const Fields& each) {
  each("v", v_);
}

template <class Scalar>
Change Rmsprop<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mean = decay<Scalar>(options_.decay);
  const auto eta = static_cast<Scalar>(step.eta), epsilon = static_cast<Scalar>(options_.epsilon);
  const auto run = [&](auto root) {
    return pass(
        step,
        [=](Scalar g, Scalar& theta, Scalar& v) {
          v = mean(v, g * g);
          theta -= eta * ratio(g, root(v));
        },
        v_);
  };
  if (options_.dialect == Dialect::lecture || options_.dialect == Dialect::keras)
    return run([=](Scalar v) { return std::sqrt(v + epsilon); });
  return run([=](Scalar v) { return std::sqrt(v) + epsilon; });
}

template class Rmsprop<float>;
template class Rmsprop<double>;

}  // namespace gradus
