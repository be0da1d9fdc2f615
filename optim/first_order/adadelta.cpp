#include "optim/first_order/adadelta.h"

#include "optim/first_order/pass.h"

namespace gradus {

void AdadeltaOptions::visit(OptionVisitor& o) {
  o.number("decay", decay, share);
  o.number("epsilon", epsilon, above(0));
  o.dialect(dialect, {Dialect::paper, Dialect::lecture, Dialect::torch, Dialect::keras});
  guards.visit(o);
}

template <class Scalar>
Adadelta<Scalar>::Adadelta(AdadeltaOptions options)
    : FirstOrder<Scalar>("adadelta", 1, options.guards), options_(checked<Scalar>("adadelta", options)) {}

template <class Scalar>
void Adadelta<Scalar>::state(const Fields& each) {
  each("E[g²]", squares_);
  each("E[Δ²]", updates_);
}

template <class Scalar>
Change Adadelta<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mean = decay<Scalar>(options_.decay);
  const auto epsilon = static_cast<Scalar>(options_.epsilon);
  return pass(
      step,
      [=](Scalar g, Scalar& theta, Scalar& squares, Scalar& updates) {
        squares = mean(squares, g * g);
        const Scalar delta = -std::sqrt((updates + epsilon) / (squares + epsilon)) * g;
        updates = mean(updates, delta * delta);
        theta += delta;
      },
      squares_, updates_);
}

template class Adadelta<float>;
template class Adadelta<double>;

}  // namespace gradus
