#include "optim/first_order/adahessian.h"

#include "optim/first_order/hessian_diagonal.h"
#include "optim/first_order/pass.h"

namespace gradus {

void AdahessianOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  o.number("power", power, between(0, 1));
  o.number("weight_decay", weight_decay, at_least(0));
  o.integer("seed", seed, at_least(0));
  guards.visit(o);
}

template <class Scalar>
Adahessian<Scalar>::Adahessian(AdahessianOptions options)
    : FirstOrder<Scalar>("adahessian", options.learning_rate, options.guards),
      options_(checked<Scalar>("adahessian", options)) {}

template <class Scalar>
void Adahessian<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("v", v_);
}

template <class Scalar>
void Adahessian<Scalar>::begin(const Layout& layout) {
  z_.assign(static_cast<std::size_t>(layout.size()), 0);
  product_ = z_;
}

template <class Scalar>
Change Adahessian<Scalar>::update(const RuleStep<Scalar>& step) {
  const Random random(static_cast<std::uint64_t>(options_.seed), "adahessian z",
                      static_cast<std::uint64_t>(step.t));
  if (const Change refused = sample_hessian_diagonal<Scalar>(step, random, z_, product_); refused.refused)
    return refused;

  const auto mean1 = decay<Scalar>(options_.beta1), mean2 = decay<Scalar>(options_.beta2);
  const auto rate = static_cast<Scalar>(step.eta / (1 - std::pow(options_.beta1, step.t)));
  const auto c = static_cast<Scalar>(1 / (1 - std::pow(options_.beta2, step.t)));
  const auto epsilon = static_cast<Scalar>(options_.epsilon);
  const auto shrink = static_cast<Scalar>(step.eta * options_.weight_decay);
  const auto run = [&](auto power) {
    return pass(
        step,
        [=](Scalar g, Scalar& theta, Scalar& m, Scalar& v, Scalar z, Scalar product) {
          m = mean1(m, g);
          const Scalar diagonal = z * product;
          v = mean2(v, diagonal * diagonal);
          theta -= ratio(rate * m, power(std::sqrt(c * v)) + epsilon) + shrink * theta;
        },
        m_, v_, std::as_const(z_), std::as_const(product_));
  };
  if (options_.power == 1) return run([](Scalar x) { return x; });
  return run([p = static_cast<Scalar>(options_.power)](Scalar x) { return std::pow(x, p); });
}

template class Adahessian<float>;
template class Adahessian<double>;

}  // namespace gradus
