#include "optim/first_order/adan.h"

#include "optim/first_order/pass.h"

namespace gradus {

void AdanOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("beta3", beta3, share);
  o.number("epsilon", epsilon, at_least(0));
  o.number("weight_decay", weight_decay, at_least(0));
  guards.visit(o);
}

template <class Scalar>
Adan<Scalar>::Adan(AdanOptions options)
    : FirstOrder<Scalar>("adan", options.learning_rate, options.guards),
      options_(checked<Scalar>("adan", options)) {}

template <class Scalar>
void Adan<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("v", v_);
  each("n", n_);
  each("g_before", g_before_);
}

template <class Scalar>
Change Adan<Scalar>::update(const RuleStep<Scalar>& step) {
  // A running mean begins as its first value: that of the differences in the second step.
  const auto mean1 = decay<Scalar>(step.t > 1 ? options_.beta1 : 0);
  const auto mean2 = decay<Scalar>(step.t > 2 ? options_.beta2 : 0);
  const auto mean3 = decay<Scalar>(step.t > 1 ? options_.beta3 : 0);
  const Scalar is_difference = step.t > 1;
  const auto ahead = static_cast<Scalar>(options_.beta2), eta = static_cast<Scalar>(step.eta);
  const auto epsilon = static_cast<Scalar>(options_.epsilon);
  const double decayed = step.eta * options_.weight_decay;
  // With a = ηλ: (θ − s)/(1 + a) as θ − (s + a θ)/(1 + a): 1 + a alone would round a small a away.
  const auto lambda = static_cast<Scalar>(decayed), shrink = static_cast<Scalar>(1 / (1 + decayed));
  return pass(
      step,
      [=](Scalar g, Scalar& theta, Scalar& m, Scalar& v, Scalar& n, Scalar& g_before) {
        const Scalar d = is_difference * (g - g_before), look = g + ahead * d;
        m = mean1(m, g);
        v = mean2(v, d);
        n = mean3(n, look * look);
        g_before = g;
        theta -= shrink * (ratio(eta * (m + ahead * v), std::sqrt(n + epsilon)) + lambda * theta);
      },
      m_, v_, n_, g_before_);
}

template class Adan<float>;
template class Adan<double>;

}  // namespace gradus
