#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

#include "../../base/threads.h"
#include "../sum.h"
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
/// alone. State that it only reads is best given as std::as_const(v_), and never written then. The same elements are added
/// up together, whatever the number of threads.
namespace gradus {

/// What a rule's part of the state is, for a part of θ.
template <class Scalar>
std::span<Scalar> part(Vector<Scalar>& state, const Layout::Block& block) {
  return std::span(state).subspan(static_cast<std::size_t>(block.offset),
                                  static_cast<std::size_t>(block.size()));
}
template <class Scalar>
std::span<const Scalar> part(const Vector<Scalar>& state, const Layout::Block& block) {
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

/// a/b for b ≥ 0, and 0 where b is: an element without a gradient so far, or with one whose square underflows, stays.
template <class Scalar>
Scalar ratio(Scalar a, Scalar b) {
  return b > 0 ? a / b : 0;
}

namespace pass_detail {

struct Tile {
  double length;
  int first_non_finite;
};

constexpr Index tile_size = 2048;  // so that a change of that many is still at hand when it is added up

// Of a change with NaN in it, or whose squares overflow or underflow.
template <class Scalar>
[[gnu::noinline]] Tile scaled_length(int n, const Scalar* change) {
  int first = n;
  double largest = 0, squares = 0;
  for (int i = n - 1; i >= 0; --i) {
    if (std::isnan(change[i]))
      first = i;
    else
      largest = std::max(largest, std::abs(static_cast<double>(change[i])));
  }
  if (largest == 0 || std::isinf(largest)) return {largest, first};
  for (int i = 0; i < n; ++i) {
    const double x = static_cast<double>(change[i]) / largest;
    squares += std::isnan(x) ? 0 : x * x;
  }
  return {largest * std::sqrt(squares), first};
}

// The rule on up to tile_size elements.
template <bool alone, class Scalar, class Rule, class... State>
[[gnu::always_inline]] inline Tile tile(int n, const AroundRule<Scalar>& around, const Rule& given_rule,
                                        const Scalar* g, Scalar* theta, State*... state) {
  const Rule rule = given_rule;  // which stores into θ cannot change
  const auto [scale, decay, low, high] = around;
  // What becomes of element i, and NaN where that would not be finite.
  const auto step =
      [ =, scale = scale, decay = decay, low = low, high = high ](int i) __attribute__((always_inline)) {
    const Scalar old = theta[i];
    return [=](const std::remove_const_t<State>... was) __attribute__((always_inline)) {
      return [=](std::remove_const_t<State>... now) mutable __attribute__((always_inline)) {
        Scalar to = old;
        if constexpr (alone) {
          rule(g[i], to, now...);
        } else {
          rule(scale * g[i], to, now...);
          to -= decay * old;
          to = high < to ? high : to;
          to = low > to ? low : to;
        }
        constexpr Scalar largest = std::numeric_limits<Scalar>::max();
        const bool finite =
            (int{std::abs(to) <= largest} & ... & int{std::is_const_v<State> || std::abs(now) <= largest});
        theta[i] = finite ? to : old;
        [[maybe_unused]] const auto keep = [=](auto& kept, Scalar new_one, Scalar old_one)
            __attribute__((always_inline)) {
          if constexpr (!std::is_const_v<std::remove_reference_t<decltype(kept)>>)
            kept = finite ? new_one : old_one;
        };
        (keep(state[i], now, was), ...);
        return finite ? to - old : std::numeric_limits<Scalar>::quiet_NaN();
      }
      (was...);
    }
    (state[i]...);
  };

  std::array<Scalar, static_cast<std::size_t>(tile_size)> change;
#ifdef GRADUS_OPENMP_SIMD
#pragma omp simd
#endif
  for (int i = 0; i < n; ++i) change[static_cast<std::size_t>(i)] = step(i);

  const double squares = sum_on_this_thread(
      0, n, [&](std::size_t i) { return static_cast<double>(change[i]) * static_cast<double>(change[i]); });
  constexpr double loses_bits = std::numeric_limits<double>::min() / std::numeric_limits<double>::epsilon();
  const bool sure =
      (squares >= loses_bits && std::isfinite(squares)) || (squares == 0 && sizeof(Scalar) == 4);
  return sure ? Tile{std::sqrt(squares), n} : scaled_length(n, change.data());
}

#if defined(__x86_64__) && !defined(GRADUS_KERNELS_NATIVE)
#define GRADUS_CHOOSE_INSTRUCTIONS
template <bool alone, class Scalar, class Rule, class... State>
[[gnu::target("avx2,fma,bmi2")]] Tile tile_avx2(int n, const AroundRule<Scalar>& around, const Rule& rule,
                                                const Scalar* g, Scalar* theta, State*... state) {
  return tile<alone>(n, around, rule, g, theta, state...);
}
#endif

template <bool alone, class Scalar, class Rule, class... State>
Tile run_tile(int n, const AroundRule<Scalar>& around, const Rule& rule, const Scalar* g, Scalar* theta,
              State*... state) {
#ifdef GRADUS_CHOOSE_INSTRUCTIONS
  static const bool avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  if (avx2) return tile_avx2<alone>(n, around, rule, g, theta, state...);
#endif
  return tile<alone>(n, around, rule, g, theta, state...);
}

}  // namespace pass_detail

/// The pass on the calling thread alone, with x in the gradient's place.
template <class Scalar, class Rule, class... State>
Change pass_on_this_thread(std::span<const Scalar> x, std::span<Scalar> theta,
                           const AroundRule<Scalar>& around, const Rule& rule, State&&... state) {
  constexpr Index tile_size = pass_detail::tile_size;
  const bool alone = around == AroundRule<Scalar>();
  Change change;
  for (Index i = 0; i < std::ssize(theta); i += tile_size) {
    const auto n = static_cast<int>(std::min(tile_size, std::ssize(theta) - i));
    const Scalar* const of_x = x.data() + i;
    Scalar* const of_theta = theta.data() + i;
    const auto done =
        alone ? pass_detail::run_tile<true>(n, around, rule, of_x, of_theta, (state.data() + i)...)
              : pass_detail::run_tile<false>(n, around, rule, of_x, of_theta, (state.data() + i)...);
    change += {done.length, done.first_non_finite < n ? i + done.first_non_finite : -1};
  }
  return change;
}

/// The pass over θ alone, with x in the gradient's place.
template <class Scalar, class Rule, class... State>
Change pass(std::span<const Scalar> x, std::span<Scalar> theta, const AroundRule<Scalar>& around,
            const Rule& rule, State&&... state) {
  return parallel_sum<Change>(std::ssize(theta), pass_detail::tile_size, [&](Index begin, Index end) {
    const auto cut = [&](auto&& all) {
      return std::span(all).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    };
    return pass_on_this_thread<Scalar>(cut(x), cut(theta), around, rule, cut(state)...).from(begin);
  });
}

template <class Scalar, class Rule, class... State>
Change pass(const RuleStep<Scalar>& step, const Rule& rule, State&&... state) {
  return pass(step.g, step.theta, step.around, rule, state...).from(step.offset);
}

/// x as a Scalar, and the largest one where x is beyond it.
template <class Scalar>
Scalar bounded(double x) {
  return static_cast<Scalar>(std::min(x, static_cast<double>(std::numeric_limits<Scalar>::max())));
}

}  // namespace gradus
