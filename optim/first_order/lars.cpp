#include "optim/first_order/lars.h"

#include "optim/first_order/pass.h"
#include "optim/vector_math.h"

namespace gradus {

void LarsOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.schedule("momentum", momentum, share);
  o.number("trust", trust, above(0));
  o.number("weight_decay", weight_decay, at_least(0));
  guards.visit(o);
}

template <class Scalar>
Lars<Scalar>::Lars(LarsOptions options)
    : FirstOrder<Scalar>("lars", options.learning_rate, options.guards),
      options_(checked<Scalar>("lars", options)) {}

template <class Scalar>
void Lars<Scalar>::state(const Fields& each) {
  each("v", v_);
}

template <class Scalar>
void Lars<Scalar>::schedules(const Schedules& each) {
  each("momentum", options_.momentum);
}

template <class Scalar>
Change Lars<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mu = static_cast<Scalar>(options_.momentum(step.t));
  const auto lambda = static_cast<Scalar>(options_.weight_decay);
  const auto ratio = [&](const RuleStep<Scalar>& part) {
    const double w = norm(std::span<const Scalar>(part.theta));
    const double g = static_cast<double>(part.around.scale) * norm(part.g);
    return w == 0 || g == 0 ? 1 : options_.trust * w / (g + options_.weight_decay * w);
  };

  Change change;
  for (const Layout::Block& block : step.layout.blocks) {
    const RuleStep<Scalar> own = step.part(block);
    const double q = block.columns == 1 ? 1 : ratio(own);
    change += pass(
        own,
        [=, rate = bounded<Scalar>(step.eta * q)](Scalar g, Scalar& w, Scalar& v) {
          v = mu * v + rate * (g + lambda * w);
          w -= v;
        },
        part(v_, block));
  }
  return change;
}

template class Lars<float>;
template class Lars<double>;

}  // namespace gradus
