#include "optim/first_order/momentum.h"

#include "optim/first_order/pass.h"

namespace gradus {

void MomentumOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.schedule("momentum", momentum, share);
  o.dialect(dialect, {Dialect::paper, Dialect::lecture, Dialect::torch, Dialect::keras});
  guards.visit(o);
}

template <class Scalar>
Momentum<Scalar>::Momentum(MomentumOptions options)
    : FirstOrder<Scalar>("momentum", options.learning_rate, options.guards),
      options_(checked<Scalar>("momentum", options)) {}

template <class Scalar>
void Momentum<Scalar>::state(const Fields& each) {
  each(options_.dialect == Dialect::torch ? "b" : "v", v_);
}

template <class Scalar>
void Momentum<Scalar>::schedules(const Schedules& each) {
  each("momentum", options_.momentum);
}

template <class Scalar>
Change Momentum<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mu = static_cast<Scalar>(options_.momentum(step.t)), eta = static_cast<Scalar>(step.eta);
  if (options_.dialect == Dialect::torch)
    return pass(
        step,
        [=](Scalar g, Scalar& theta, Scalar& b) {
          b = mu * b + g;
          theta -= eta * b;
        },
        v_);
  return pass(
      step,
      [=](Scalar g, Scalar& theta, Scalar& v) {
        v = mu * v - eta * g;
        theta += v;
      },
      v_);
}

template class Momentum<float>;
template class Momentum<double>;

}  // namespace gradus
