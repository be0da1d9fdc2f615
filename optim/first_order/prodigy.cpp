#include "optim/first_order/prodigy.h"

#include "optim/first_order/pass.h"
#include "optim/sum.h"

namespace gradus {

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
      options_(checked<Scalar>("prodigy", options)) {}

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
  const auto mean1 = decay<Scalar>(options_.beta1), mean2 = decay<Scalar>(options_.beta2);
  const auto s_kept = static_cast<Scalar>(b), s_gain = static_cast<Scalar>(gain);
  const auto relative = static_cast<Scalar>(d), rate = static_cast<Scalar>(step.eta * d_);
  const auto epsilon = static_cast<Scalar>(d * options_.epsilon);
  const auto shrink = static_cast<Scalar>(step.eta * d_ * options_.weight_decay);
  const auto rule = [=](Scalar g, Scalar& theta, Scalar& m, Scalar& v, Scalar& s) {
    const Scalar dg = relative * g;
    m = mean1(m, dg);
    v = mean2(v, dg * dg);
    s = s_kept * s + s_gain * g;
    theta -= ratio(rate * m, std::sqrt(v) + epsilon) + shrink * theta;
  };

  // By pieces that stay at hand from ⟨g, θ₀ − θ⟩ over the rule to ‖s‖₁.
  constexpr Index piece = pass_detail::tile_size;
  struct Sums {
    Change change;
    double descent = 0, length = 0;
    Sums& operator+=(const Sums& other) {
      change += other.change;
      descent += other.descent;
      length += other.length;
      return *this;
    }
  };
  const Sums sums = parallel_sum<Sums>(std::ssize(step.g), piece, [&](Index begin, Index end) {
    Sums of_part;
    for (Index first = begin; first < end; first += piece) {
      const Index last = std::min(first + piece, end);
      const auto cut = [=](auto all) {
        return all.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
      };
      const std::span<Scalar> theta = cut(step.theta), s = cut(std::span(s_));
      const std::span<const Scalar> g = cut(step.g), theta0 = cut(std::span<const Scalar>(theta0_));
      of_part.descent += sum_on_this_thread(0, last - first, [=](std::size_t i) {
        return static_cast<double>(g[i]) * (static_cast<double>(theta0[i]) - static_cast<double>(theta[i]));
      });
      of_part.change +=
          pass_on_this_thread<Scalar>(g, theta, step.around, rule, cut(std::span(m_)), cut(std::span(v_)), s)
              .from(first);
      of_part.length += sum_on_this_thread(
          0, last - first, [=](std::size_t i) { return std::abs(static_cast<double>(s[i])); });
    }
    return of_part;
  });

  r_ = b * r_ + gain * static_cast<double>(step.around.scale) * sums.descent;
  if (const double estimate = r_ / sums.length; std::isfinite(estimate)) d_ = std::max(d_, estimate);
  return sums.change.from(step.offset);
}

template class Prodigy<float>;
template class Prodigy<double>;

}  // namespace gradus
