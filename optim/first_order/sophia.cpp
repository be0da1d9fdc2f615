#include "optim/first_order/sophia.h"

#include "optim/first_order/hessian_diagonal.h"
#include "optim/first_order/pass.h"

namespace gradus {

void SophiaOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("gamma", gamma, above(0));
  o.number("epsilon", epsilon, above(0));
  o.integer("interval", interval, at_least(1));
  o.number("weight_decay", weight_decay, at_least(0));
  o.integer("seed", seed, at_least(0));
  guards.visit(o);
}

template <class Scalar>
Sophia<Scalar>::Sophia(SophiaOptions options)
    : FirstOrder<Scalar>("sophia", options.learning_rate, options.guards),
      options_(checked<Scalar>("sophia", options)) {}

template <class Scalar>
void Sophia<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("h", h_);
}

template <class Scalar>
void Sophia<Scalar>::begin(const Layout& layout) {
  z_.assign(static_cast<std::size_t>(layout.size()), 0);
  product_ = z_;
}

template <class Scalar>
Change Sophia<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mean1 = decay<Scalar>(options_.beta1), mean2 = decay<Scalar>(options_.beta2);
  const auto gamma = static_cast<Scalar>(options_.gamma), epsilon = static_cast<Scalar>(options_.epsilon);
  const auto eta = static_cast<Scalar>(step.eta);
  const auto shrink = static_cast<Scalar>(step.eta * options_.weight_decay);
  const auto move = [=](Scalar g, Scalar& theta, Scalar& m, Scalar h) {
    m = mean1(m, g);
    const Scalar newton = m / std::max(gamma * h, epsilon);
    theta -= eta * std::max(Scalar(-1), std::min(Scalar(1), newton)) + shrink * theta;
  };

  if ((step.t - 1) % options_.interval != 0) return pass(step, move, m_, std::as_const(h_));
  const Random random(static_cast<std::uint64_t>(options_.seed), "sophia z",
                      static_cast<std::uint64_t>(step.t));
  if (const Change refused = sample_hessian_diagonal<Scalar>(step, random, z_, product_); refused.refused)
    return refused;
  return pass(
      step,
      [=](Scalar g, Scalar& theta, Scalar& m, Scalar& h, Scalar z, Scalar product) {
        h = mean2(h, z * product);
        move(g, theta, m, h);
      },
      m_, h_, std::as_const(z_), std::as_const(product_));
}

template class Sophia<float>;
template class Sophia<double>;

}  // namespace gradus
