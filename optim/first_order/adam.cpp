#include "optim/first_order/adam.h"

#include "optim/first_order/pass.h"

namespace gradus {

void AdamOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  o.dialect(dialect, {Dialect::paper, Dialect::lecture, Dialect::torch, Dialect::keras});
  guards.visit(o);
}

template <class Scalar>
Adam<Scalar>::Adam(AdamOptions options)
    : FirstOrder<Scalar>("adam", options.learning_rate, options.guards),
      options_(checked<Scalar>("adam", options)) {}

template <class Scalar>
void Adam<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("v", v_);
}

template <class Scalar>
Change Adam<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mean1 = decay<Scalar>(options_.beta1);
  const auto mean2 = decay<Scalar>(options_.beta2);
  const auto epsilon = static_cast<Scalar>(options_.epsilon);
  const double c1 = 1 - std::pow(options_.beta1, step.t), c2 = 1 - std::pow(options_.beta2, step.t);

  const auto run = [&](double eta, double correction, auto root) {
    return pass(
        step,
        [=, eta = static_cast<Scalar>(eta), c = static_cast<Scalar>(correction)](Scalar g, Scalar& theta,
                                                                                 Scalar& m, Scalar& v) {
          m = mean1(m, g);
          v = mean2(v, g * g);
          theta -= ratio(eta * m, root(c * v));
        },
        m_, v_);
  };
  const auto outside = [=](Scalar v) { return std::sqrt(v) + epsilon; };
  const auto inside = [=](Scalar v) { return std::sqrt(v + epsilon); };
  switch (options_.dialect) {
    case Dialect::lecture:
      return run(step.eta / c1, 1 / c2, inside);
    case Dialect::keras:
      return run(step.eta * std::sqrt(c2) / c1, 1, outside);
    default:
      return run(step.eta / c1, 1 / c2, outside);
  }
}

template class Adam<float>;
template class Adam<double>;

}  // namespace gradus
