#include "optim/first_order/prodigy.h"

#include "optim/first_order/pass.h"

namespace gradus {
namespace {

// Σ term(i), added up in an order that depends on n alone.
template <class Term>
double sum(Index n, const Term& term) {
  constexpr Index most_parts = 64, smallest_part = 4096;
  const Index part = std::max(smallest_part, n / most_parts + 1);
  std::array<double, most_parts> sums{};
  parallel_for(n, part, [&](Index begin, Index end) {
    for (Index first = begin; first < end; first += part) {
      double of_part = 0;
      for (Index i = first; i < std::min(first + part, end); ++i)
        of_part += term(static_cast<std::size_t>(i));
      sums[static_cast<std::size_t>(first / part)] = of_part;
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace

void ProdigyOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  o.number("beta1", beta1, share);
  o.number("beta2", beta2, share);
  o.number("epsilon", epsilon, at_least(0));
  o.number("initial_distance", initial_distance, above(0));
  o.number("weight_decay", weight_decay, at_least(0));
  guards.visit(o);
}

template <class Scalar>
Prodigy<Scalar>::Prodigy(ProdigyOptions options)
    : FirstOrder<Scalar>("prodigy", options.learning_rate, options.guards),
      options_(checked("prodigy", options)) {}

template <class Scalar>
void Prodigy<Scalar>::state(const Fields& each) {
  each("m", m_);
  each("v", v_);
  each("s", s_);
  each("theta0", theta0_);
}

template <class Scalar>
void Prodigy<Scalar>::begin(const Layout&) {
  r_ = 0;
  d_ = options_.initial_distance;
}

template <class Scalar>
void Prodigy<Scalar>::visit_numbers(StateVisitor& visitor) {
  visitor.scalar("r", r_);
  visitor.scalar("d", d_);
}

template <class Scalar>
Change Prodigy<Scalar>::update(const RuleStep<Scalar>& step) {
  if (step.t == 1) std::ranges::copy(step.theta, theta0_.begin());
  // d relative to where it began: d² g² itself underflows.
  const double d = d_ / options_.initial_distance, b = std::sqrt(options_.beta2);
  const double gain = (1 - b) * step.eta * d * d;
  const double descent = sum(std::ssize(step.g), [&](std::size_t i) {
    return static_cast<double>(step.g[i]) *
           (static_cast<double>(theta0_[i]) - static_cast<double>(step.theta[i]));
  });
  r_ = b * r_ + gain * static_cast<double>(step.scale) * descent;

  const auto mean1 = decay<Scalar>(options_.beta1), mean2 = decay<Scalar>(options_.beta2);
  const auto s_kept = static_cast<Scalar>(b), s_gain = static_cast<Scalar>(gain);
  const auto relative = static_cast<Scalar>(d), rate = static_cast<Scalar>(step.eta * d_);
  const auto epsilon = static_cast<Scalar>(d * options_.epsilon);
  const auto shrink = static_cast<Scalar>(step.eta * d_ * options_.weight_decay);
  const Change change = pass(
      step,
      [=](Scalar g, Scalar& theta, Scalar& m, Scalar& v, Scalar& s) {
        const Scalar dg = relative * g;
        m = mean1(m, dg);
        v = mean2(v, dg * dg);
        s = s_kept * s + s_gain * g;
        theta -= ratio(rate * m, std::sqrt(v) + epsilon) + shrink * theta;
      },
      m_, v_, s_);

  const double length =
      sum(std::ssize(s_), [&](std::size_t i) { return std::abs(static_cast<double>(s_[i])); });
  if (const double estimate = r_ / length; std::isfinite(estimate)) d_ = std::max(d_, estimate);
  return change;
}

template class Prodigy<float>;
template class Prodigy<double>;

}  // namespace gradus
