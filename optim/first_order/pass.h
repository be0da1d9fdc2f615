#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <type_traits>

#include "../../base/threads.h"
#include "first_order.h"

/// One pass over gradient, state and θ: how rules are run. It is fastest where compiled with -O3 -fno-math-errno
/// -fno-trapping-math -fopenmp-simd -DGRADUS_OPENMP_SIMD.
///
///     return pass(step, [=](Scalar g, Scalar& theta, Scalar& v) {
///       v = mu * v - eta * g;
///       theta += v;
///     }, v_);
///
/// The rule is called for every element, on all threads and as vector instructions, and must depend on its arguments
/// alone. The same elements are added up together, whatever the number of threads.
namespace gradus {

/// What a rule's part of the state is, for a part of θ.
template <class Scalar>
std::span<Scalar> part(Vector<Scalar>& state, const Layout::Block& block) {
  return std::span(state).subspan(static_cast<std::size_t>(block.offset),
                                  static_cast<std::size_t>(block.size()));
}

/// A running mean: mean ← β mean + (1 − β) x.
template <class Scalar>
struct Decay {
  Scalar beta, gain;  // each rounded by itself
  Scalar operator()(Scalar mean, Scalar x) const { return beta * mean + gain * x; }
};
template <class Scalar>
Decay<Scalar> decay(double beta) {
  return {static_cast<Scalar>(beta), static_cast<Scalar>(1 - beta)};
}

/// The step of a pass that prepares state, and leaves θ alone.
template <class Scalar>
RuleStep<Scalar> preparing(RuleStep<Scalar> step) {
  step.decay = 0;
  step.box_low = -std::numeric_limits<Scalar>::infinity();
  step.box_high = std::numeric_limits<Scalar>::infinity();
  return step;
}

/// a/b for b ≥ 0, and 0 where b is: an element without a gradient so far, or with one whose square underflows, stays.
template <class Scalar>
Scalar ratio(Scalar a, Scalar b) {
  return b > 0 ? a / b : 0;
}

namespace pass_detail {

template <class Scalar>
struct Tile {
  Scalar squares;
  int first_non_finite;
};

// Sums side by side, in enough registers that none waits for itself.
constexpr int lanes = 64;
constexpr Index tile_size = 32 * lanes;

// The rule on up to tile_size elements, so few that the squares may be added up in Scalar.
template <class Scalar, class Rule, class... State>
[[gnu::always_inline]] inline Tile<Scalar> tile(int n, const RuleStep<Scalar>& step, const Rule& rule,
                                                const Scalar* g, Scalar* theta, State*... state) {
  using Place = std::conditional_t<sizeof(Scalar) == 4, std::int32_t, std::int64_t>;
  const Scalar scale = step.scale, decay = step.decay, low = step.box_low, high = step.box_high;
  constexpr Scalar largest = std::numeric_limits<Scalar>::max();
  std::array<Scalar, lanes> squares{};
  std::array<Place, lanes> first;
  first.fill(n);
  const auto element = [&](int i, int lane) __attribute__((always_inline)) {
    const auto at = static_cast<std::size_t>(lane);
    const Scalar before = theta[i];
    Scalar now = before;
    rule(scale * g[i], now, state[i]...);
    now -= decay * before;
    now = high < now ? high : now;
    now = low > now ? low : now;
    const bool finite = (int{std::abs(now) <= largest} & ... & int{std::abs(state[i]) <= largest});
    now = finite ? now : before;
    theta[i] = now;
    squares[at] += (now - before) * (now - before);
    first[at] = finite ? first[at] : std::min<Place>(first[at], i);
  };
  int i = 0;
  for (; i + lanes <= n; i += lanes)
#ifdef GRADUS_OPENMP_SIMD
#pragma omp simd
#endif
    for (int lane = 0; lane < lanes; ++lane) element(i + lane, lane);
  for (int lane = 0; i + lane < n; ++lane) element(i + lane, lane);
  return {std::accumulate(squares.begin(), squares.end(), Scalar(0)),
          static_cast<int>(*std::min_element(first.begin(), first.end()))};
}

#if defined(__x86_64__) && !defined(GRADUS_KERNELS_NATIVE)
#define GRADUS_CHOOSE_INSTRUCTIONS
template <class Scalar, class Rule, class... State>
[[gnu::target("avx2,fma,bmi2")]] Tile<Scalar> tile_avx2(int n, const RuleStep<Scalar>& step, const Rule& rule,
                                                        const Scalar* g, Scalar* theta, State*... state) {
  return tile(n, step, rule, g, theta, state...);
}
#endif

template <class Scalar, class Rule, class... State>
Tile<Scalar> run_tile(int n, const RuleStep<Scalar>& step, const Rule& rule, const Scalar* g, Scalar* theta,
                      State*... state) {
#ifdef GRADUS_CHOOSE_INSTRUCTIONS
  static const bool avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  if (avx2) return tile_avx2(n, step, rule, g, theta, state...);
#endif
  return tile(n, step, rule, g, theta, state...);
}

}  // namespace pass_detail

template <class Scalar, class Rule, class... State>
Change pass(const RuleStep<Scalar>& step, const Rule& rule, State&&... state) {
  constexpr Index tile_size = pass_detail::tile_size, most_parts = 64;
  const Index n = std::ssize(step.theta);
  const Index part = std::max(tile_size, (n / most_parts + tile_size) / tile_size * tile_size);
  std::array<Change, most_parts + 1> changes{};
  parallel_for(n, part, [&](Index begin, Index end) {
    for (Index first = begin; first < end; first += part) {
      Change& change = changes[static_cast<std::size_t>(first / part)];
      for (Index i = first; i < std::min(first + part, end); i += tile_size) {
        const auto size = static_cast<int>(std::min(tile_size, end - i));
        const auto done = pass_detail::run_tile(size, step, rule, step.g.data() + i, step.theta.data() + i,
                                                (state.data() + i)...);
        change += {static_cast<double>(done.squares),
                   done.first_non_finite < size ? step.offset + i + done.first_non_finite : -1};
      }
    }
  });
  Change total;
  for (const Change& change : changes) total += change;
  return total;
}

}  // namespace gradus
