#include "optim/first_order/lamb.h"

#include "optim/first_order/pass.h"
#include "optim/vector_math.h"

namespace gradus {

void LambOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  o.number("weight_decay", weight_decay, at_least(0));
  guards.visit(o);
}

template <class Scalar>
Lamb<Scalar>::Lamb(LambOptions options)
    : FirstOrder<Scalar>("lamb", options.learning_rate, options.guards),
      options_(checked<Scalar>("lamb", options)) {}

template <class Scalar>
void Lamb<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("v", v_);
}

template <class Scalar>
void Lamb<Scalar>::begin(const Layout& layout) {
  r_.assign(static_cast<std::size_t>(layout.size()), 0);
}

template <class Scalar>
Change Lamb<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mean1 = decay<Scalar>(options_.beta1), mean2 = decay<Scalar>(options_.beta2);
  const auto epsilon = static_cast<Scalar>(options_.epsilon);
  const auto lambda = static_cast<Scalar>(options_.weight_decay);
  const auto c1 = static_cast<Scalar>(1 / (1 - std::pow(options_.beta1, step.t)));
  const auto c2 = static_cast<Scalar>(1 / (1 - std::pow(options_.beta2, step.t)));

  const auto adam = [=](Scalar g, Scalar& r, Scalar& m, Scalar& v, Scalar theta) {
    m = mean1(m, g);
    v = mean2(v, g * g);
    r = ratio(c1 * m, std::sqrt(c2 * v) + epsilon) + lambda * theta;
  };
  Change change;
  for (const Layout::Block& block : step.layout.blocks) {
    const RuleStep<Scalar> own = step.part(block);
    const std::span<Scalar> r_of_block = part(r_, block);
    const std::span<const Scalar> w_of_block = own.theta;
    const Change found = pass<Scalar>(own.g, r_of_block, {.scale = step.around.scale}, adam, part(m_, block),
                                      part(v_, block), w_of_block);
    change.prepared(found.from(own.offset));
    if (found.first_non_finite >= 0) continue;  // without r there is no q

    const double size = norm(w_of_block), length = norm(std::span<const Scalar>(r_of_block));
    const double q = size == 0 || length == 0 ? 1 : size / length;
    change += pass(
        own, [rate = bounded<Scalar>(step.eta * q)](Scalar, Scalar& w, Scalar r) { w -= rate * r; },
        std::span<const Scalar>(r_of_block));
  }
  return change;
}

template class Lamb<float>;
template class Lamb<double>;

}  // namespace gradus
