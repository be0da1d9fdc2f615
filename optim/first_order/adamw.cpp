#include "optim/first_order/adamw.h"

#include "optim/first_order/pass.h"

namespace gradus {

namespace {

double usual_decay(Dialect dialect) {
  switch (dialect) {
    case Dialect::torch:
      return 0.01;
    case Dialect::keras:
      return 0.004;
    default:
      return 1e-5;
  }
}

}  // namespace

void AdamwOptions::visit(OptionVisitor& o) {
  o.dialect(dialect, {Dialect::paper, Dialect::torch, Dialect::keras});
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  const double usual = usual_decay(dialect);
  double lambda = weight_decay.value_or(usual);
  o.number("weight_decay", lambda, at_least(0));
  if (lambda != usual) weight_decay = lambda;
  guards.visit(o);
}

template <class Scalar>
Adamw<Scalar>::Adamw(AdamwOptions options)
    : FirstOrder<Scalar>("adamw", options.learning_rate, options.guards),
      options_(checked<Scalar>("adamw", options)) {}

template <class Scalar>
void Adamw<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("v", v_);
}

template <class Scalar>
Change Adamw<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mean1 = decay<Scalar>(options_.beta1);
  const auto mean2 = decay<Scalar>(options_.beta2);
  const auto epsilon = static_cast<Scalar>(options_.epsilon);
  const double c1 = 1 - std::pow(options_.beta1, step.t), c2 = 1 - std::pow(options_.beta2, step.t);
  const bool paper = options_.dialect == Dialect::paper, keras = options_.dialect == Dialect::keras;
  const auto eta = static_cast<Scalar>(step.eta * (keras ? std::sqrt(c2) : 1) / c1);
  const auto correction = static_cast<Scalar>(keras ? 1 : 1 / c2);
  const auto shrink = static_cast<Scalar>(step.eta / (paper ? options_.learning_rate.rate() : 1) *
                                          options_.weight_decay.value_or(usual_decay(options_.dialect)));
  return pass(
      step,
      [=](Scalar g, Scalar& theta, Scalar& m, Scalar& v) {
        m = mean1(m, g);
        v = mean2(v, g * g);
        theta -= eta * ratio(m, std::sqrt(correction * v) + epsilon) + shrink * theta;
      },
      m_, v_);
}

template class Adamw<float>;
template class Adamw<double>;

}  // namespace gradus
