#include "optim/first_order/amsgrad.h"

#include "optim/first_order/pass.h"

namespace gradus {

void AmsgradOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  o.dialect(dialect, {Dialect::paper, Dialect::lecture, Dialect::torch, Dialect::keras});
  guards.visit(o);
}

template <class Scalar>
Amsgrad<Scalar>::Amsgrad(AmsgradOptions options)
    : FirstOrder<Scalar>("amsgrad", options.learning_rate, options.guards),
      options_(checked<Scalar>("amsgrad", options)) {}

template <class Scalar>
void Amsgrad<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("v", v_);
  each("v_max", v_max_);
}

template <class Scalar>
Change Amsgrad<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mean1 = decay<Scalar>(options_.beta1);
  const auto mean2 = decay<Scalar>(options_.beta2);
  const auto epsilon = static_cast<Scalar>(options_.epsilon);
  const double c1 = 1 - std::pow(options_.beta1, step.t), c2 = 1 - std::pow(options_.beta2, step.t);

  // v is multiplied by `inside` before the maximum is taken.
  const auto run = [&](double eta, double inside, auto root) {
    return pass(
        step,
        [=, eta = static_cast<Scalar>(eta), c = static_cast<Scalar>(inside)](
            Scalar g, Scalar& theta, Scalar& m, Scalar& v, Scalar& v_max) {
          m = mean1(m, g);
          v = mean2(v, g * g);
          v_max = std::max(v_max, c * v);
          theta -= eta * ratio(m, root(v_max));
        },
        m_, v_, v_max_);
  };
  const auto outside = [=](Scalar v) { return std::sqrt(v) + epsilon; };
  switch (options_.dialect) {
    case Dialect::lecture:
      return run(step.eta / c1, 1 / c2, [=](Scalar v) { return std::sqrt(v + epsilon); });
    case Dialect::torch:
      return run(step.eta / c1, 1, [=, c = static_cast<Scalar>(1 / c2)](Scalar v) { return outside(c * v); });
    case Dialect::keras:
      return run(step.eta * std::sqrt(c2) / c1, 1, outside);
    default:
      return run(step.eta, 1, [](Scalar v) { return std::sqrt(v); });
  }
}

template class Amsgrad<float>;
template class Amsgrad<double>;

}  // namespace gradus
