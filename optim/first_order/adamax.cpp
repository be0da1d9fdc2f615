#include "optim/first_order/adamax.h"

#include "optim/first_order/pass.h"

namespace gradus {

void AdamaxOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  o.dialect(dialect, {Dialect::paper, Dialect::lecture, Dialect::torch, Dialect::keras});
  guards.visit(o);
}

template <class Scalar>
Adamax<Scalar>::Adamax(AdamaxOptions options)
    : FirstOrder<Scalar>("adamax", options.learning_rate, options.guards),
      options_(checked<Scalar>("adamax", options)) {}

template <class Scalar>
void Adamax<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("u", u_);
}

template <class Scalar>
Change Adamax<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mean = decay<Scalar>(options_.beta1);
  const auto beta2 = static_cast<Scalar>(options_.beta2), epsilon = static_cast<Scalar>(options_.epsilon);
  const Scalar within = options_.dialect == Dialect::torch ? epsilon : 0;
  const Scalar added = options_.dialect == Dialect::keras ? epsilon : 0;
  const auto eta = static_cast<Scalar>(step.eta / (1 - std::pow(options_.beta1, step.t)));
  return pass(
      step,
      [=](Scalar g, Scalar& theta, Scalar& m, Scalar& u) {
        m = mean(m, g);
        u = std::max(beta2 * u, std::abs(g) + within);
        theta -= eta * ratio(m, u + added);
      },
      m_, u_);
}

template class Adamax<float>;
template class Adamax<double>;

}  // namespace gradus
