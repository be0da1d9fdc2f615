#include "optim/first_order/radam.h"

#include "optim/first_order/pass.h"

namespace gradus {

void RadamOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  o.dialect(dialect, {Dialect::paper, Dialect::torch});
  guards.visit(o);
}

template <class Scalar>
Radam<Scalar>::Radam(RadamOptions options)
    : FirstOrder<Scalar>("radam", options.learning_rate, options.guards),
      options_(checked<Scalar>("radam", options)) {}

template <class Scalar>
void Radam<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("v", v_);
}

template <class Scalar>
Change Radam<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mean1 = decay<Scalar>(options_.beta1);
  const auto mean2 = decay<Scalar>(options_.beta2);
  const auto t = static_cast<double>(step.t);
  const double power = std::pow(options_.beta2, t);
  const double eta = step.eta / (1 - std::pow(options_.beta1, t));
  const double longest = 2 / (1 - options_.beta2) - 1, rho = longest - 2 * t * power / (1 - power);

  const auto run = [&](double rate, auto divide) {
    return pass(
        step,
        [=, rate = static_cast<Scalar>(rate)](Scalar g, Scalar& theta, Scalar& m, Scalar& v) {
          m = mean1(m, g);
          v = mean2(v, g * g);
          theta -= rate * divide(m, v);
        },
        m_, v_);
  };
  const bool torch = options_.dialect == Dialect::torch;
  if (rho <= (torch ? 5 : 4)) return run(eta, [](Scalar m, Scalar) { return m; });
  const double r = std::sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho));
  return run(eta * r * std::sqrt(1 - power),
             [epsilon = static_cast<Scalar>(torch ? options_.epsilon : 0)](Scalar m, Scalar v) {
               return ratio(m, std::sqrt(v) + epsilon);
             });
}

template class Radam<float>;
template class Radam<double>;

}  // namespace gradus
