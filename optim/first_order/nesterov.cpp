#include "optim/first_order/nesterov.h"

#include "optim/first_order/pass.h"

namespace gradus {

void NesterovOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.schedule("momentum", momentum, share);
  o.dialect(dialect, {Dialect::paper, Dialect::lecture, Dialect::torch, Dialect::keras});
  guards.visit(o);
}

template <class Scalar>
Nesterov<Scalar>::Nesterov(NesterovOptions options)
    : FirstOrder<Scalar>("nesterov", options.learning_rate, options.guards),
      options_(checked<Scalar>("nesterov", options)) {}

template <class Scalar>
void Nesterov<Scalar>::state(const Fields& each) {
  each(options_.dialect == Dialect::torch ? "b" : "v", v_);
}

template <class Scalar>
void Nesterov<Scalar>::schedules(const Schedules& each) {
  each("momentum", options_.momentum);
}

template <class Scalar>
void Nesterov<Scalar>::begin(const Layout& layout) {
  const bool ahead = options_.dialect == Dialect::paper || options_.dialect == Dialect::lecture;
  ahead_.resize(ahead ? static_cast<std::size_t>(layout.size()) : 0);
}

template <class Scalar>
typename Nesterov<Scalar>::View Nesterov<Scalar>::point(Index t, View theta) {
  if (ahead_.empty()) return theta;
  const auto mu = static_cast<Scalar>(options_.momentum(t));
  parallel_for_each(std::ssize(theta), [&](std::size_t i) { ahead_[i] = theta[i] + mu * v_[i]; });
  return ahead_;
}

template <class Scalar>
Change Nesterov<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto mu = static_cast<Scalar>(options_.momentum(step.t)), eta = static_cast<Scalar>(step.eta);
  switch (options_.dialect) {
    case Dialect::torch:
      return pass(
          step,
          [=](Scalar g, Scalar& theta, Scalar& b) {
            b = mu * b + g;
            theta -= eta * (g + mu * b);
          },
          v_);
    case Dialect::keras:
      return pass(
          step,
          [=](Scalar g, Scalar& theta, Scalar& v) {
            v = mu * v - eta * g;
            theta += mu * v - eta * g;
          },
          v_);
    default:
      return pass(
          step,
          [=](Scalar g, Scalar& theta, Scalar& v) {
            v = mu * v - eta * g;
            theta += v;
          },
          v_);
  }
}

template class Nesterov<float>;
template class Nesterov<double>;

}  // namespace gradus
