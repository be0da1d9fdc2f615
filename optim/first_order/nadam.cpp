#include "optim/first_order/nadam.h"

#include "optim/first_order/pass.h"

namespace gradus {

void NadamOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  o.number("momentum_decay", momentum_decay, at_least(0));
  o.dialect(dialect, {Dialect::paper, Dialect::lecture, Dialect::torch, Dialect::keras});
  guards.visit(o);
}

template <class Scalar>
Nadam<Scalar>::Nadam(NadamOptions options)
    : FirstOrder<Scalar>("nadam", options.learning_rate, options.guards),
      options_(checked<Scalar>("nadam", options)) {}

template <class Scalar>
void Nadam<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("v", v_);
}

template <class Scalar>
void Nadam<Scalar>::begin(const Layout&) {
  product_ = 1;
}

template <class Scalar>
void Nadam<Scalar>::visit_numbers(StateVisitor& visitor) {
  visitor.scalar("product of μ", product_);
}

template <class Scalar>
double Nadam<Scalar>::mu(Index t) const {
  if (options_.dialect == Dialect::lecture) return options_.beta1;
  const double psi = options_.dialect == Dialect::keras ? 1 : options_.momentum_decay;
  return options_.beta1 * (1 - 0.5 * std::pow(0.96, psi * static_cast<double>(t)));
}

template <class Scalar>
Change Nadam<Scalar>::update(const RuleStep<Scalar>& step) {
  const double now = mu(step.t), next = mu(step.t + 1);
  product_ *= now;
  const auto mean1 = decay<Scalar>(options_.dialect == Dialect::paper ? now : options_.beta1);
  const auto mean2 = decay<Scalar>(options_.beta2);
  const auto of_m = static_cast<Scalar>(step.eta * next / (1 - product_ * next));
  const auto of_g = static_cast<Scalar>(step.eta * (1 - now) / (1 - product_));
  const auto correction = static_cast<Scalar>(1 / (1 - std::pow(options_.beta2, step.t)));
  const auto epsilon = static_cast<Scalar>(options_.epsilon);

  const auto run = [&](auto root) {
    return pass(
        step,
        [=](Scalar g, Scalar& theta, Scalar& m, Scalar& v) {
          m = mean1(m, g);
          v = mean2(v, g * g);
          theta -= ratio(of_m * m + of_g * g, root(correction * v));
        },
        m_, v_);
  };
  if (options_.dialect == Dialect::lecture) return run([=](Scalar v) { return std::sqrt(v + epsilon); });
  return run([=](Scalar v) { return std::sqrt(v) + epsilon; });
}

template class Nadam<float>;
template class Nadam<double>;

}  // namespace gradus
