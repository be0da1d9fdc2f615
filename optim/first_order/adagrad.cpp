#include "optim/first_order/adagrad.h"

#include "optim/first_order/pass.h"

namespace gradus {

void AdagradOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("epsilon", epsilon, at_least(0));
  o.dialect(dialect, {Dialect::paper, Dialect::lecture, Dialect::torch, Dialect::keras});
  guards.visit(o);
}

template <class Scalar>
Adagrad<Scalar>::Adagrad(AdagradOptions options)
    : FirstOrder<Scalar>("adagrad", options.learning_rate, options.guards),
      options_(checked<Scalar>("adagrad", options)) {}

template <class Scalar>
void Adagrad<Scalar>::state(const Fields& each) {
  each("G", squares_);
}

template <class Scalar>
void Adagrad<Scalar>::begin(const Layout&) {
  if (options_.dialect == Dialect::keras) std::ranges::fill(squares_, static_cast<Scalar>(0.1));
}

template <class Scalar>
Change Adagrad<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto eta = static_cast<Scalar>(step.eta), epsilon = static_cast<Scalar>(options_.epsilon);
  const auto run = [&](auto root) {
    return pass(
        step,
        [=](Scalar g, Scalar& theta, Scalar& squares) {
          squares += g * g;
          theta -= eta * ratio(g, root(squares));
        },
        squares_);
  };
  if (options_.dialect == Dialect::lecture || options_.dialect == Dialect::keras)
    return run([=](Scalar squares) { return std::sqrt(squares + epsilon); });
  return run([=](Scalar squares) { return std::sqrt(squares) + epsilon; });
}

template class Adagrad<float>;
template class Adagrad<double>;

}  // namespace gradus
