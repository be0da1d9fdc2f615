#include "optim/first_order/rprop.h"

#include "optim/first_order/pass.h"

namespace gradus {

void RpropOptions::visit(OptionVisitor& o) {
  o.number("initial_step", initial_step, above(0));
  o.number("increase", increase, above(1));
  o.number("decrease", decrease, {0, 1, false, false});
  o.number("min_step", min_step, at_least(0));
  o.number("max_step", max_step, above(min_step));
  o.dialect(dialect, {Dialect::paper, Dialect::torch});
  guards.visit(o);
}

template <class Scalar>
Rprop<Scalar>::Rprop(RpropOptions options)
    : FirstOrder<Scalar>("rprop", Schedule(1), options.guards), options_(checked<Scalar>("rprop", options)) {}

template <class Scalar>
void Rprop<Scalar>::state(const Fields& each) {
  each("delta", delta_);
  each("g_before", g_before_);
  if (options_.dialect == Dialect::paper) each("move", move_);
}

template <class Scalar>
void Rprop<Scalar>::begin(const Layout&) {
  std::ranges::fill(delta_, static_cast<Scalar>(options_.initial_step));
}

template <class Scalar>
Change Rprop<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto increase = static_cast<Scalar>(options_.increase),
             decrease = static_cast<Scalar>(options_.decrease);
  const auto least = static_cast<Scalar>(options_.min_step), most = static_cast<Scalar>(options_.max_step);
  const auto sign = [](Scalar x) { return static_cast<Scalar>((x > 0) - (x < 0)); };
  // Changes Δ and returns sign(g g_before): the product itself underflows.
  const auto adapt = [=](Scalar g, Scalar& delta, Scalar& g_before) {
    const Scalar agree = sign(g) * sign(g_before);
    const Scalar grown = std::min(increase * delta, most), shrunk = std::max(decrease * delta, least);
    const Scalar kept = agree > 0 ? grown : delta;
    delta = agree < 0 ? shrunk : kept;
    g_before =
        static_cast<Scalar>(agree >= 0) * g;  // as a choice it would keep the loop from being vectorized
    return agree;
  };
  if (options_.dialect == Dialect::torch)
    return pass(
        step,
        [=](Scalar g, Scalar& theta, Scalar& delta, Scalar& g_before) {
          adapt(g, delta, g_before);
          theta -= sign(g_before) * delta;
        },
        delta_, g_before_);
  return pass(
      step,
      [=](Scalar g, Scalar& theta, Scalar& delta, Scalar& g_before, Scalar& move) {
        const Scalar agree = adapt(g, delta, g_before);
        move = agree < 0 ? -move : -sign(g) * delta;
        theta += move;
      },
      delta_, g_before_, move_);
}

template class Rprop<float>;
template class Rprop<double>;

}  // namespace gradus
