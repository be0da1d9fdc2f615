#pragma once
#include <array>

#include "../base/threads.h"

/// Long sums in double, in an order that depends on nothing but their length.
namespace gradus {

/// Σ term(i) for i = begin … end−1, on the calling thread; as vector instructions where the term can be.
template <class Term>
[[gnu::always_inline]] inline double sum_on_this_thread(Index begin, Index end, const Term& term) {
  constexpr Index lanes = 64;  // side by side, in enough registers that none waits for itself
  std::array<double, lanes> sums{};
  Index i = begin;
  for (; i + lanes <= end; i += lanes)
#ifdef GRADUS_OPENMP_SIMD
#pragma omp simd
#endif
    for (Index j = 0; j < lanes; ++j)
      sums[static_cast<std::size_t>(j)] += term(static_cast<std::size_t>(i + j));
  double sum = 0;
  for (const double s : sums) sum += s;
  for (; i < end; ++i) sum += term(static_cast<std::size_t>(i));
  return sum;
}

/// Σ term(i) for i = 0 … n−1, on the threads of threads().
template <class Term>
double sum(Index n, const Term& term) {
  return parallel_sum<double>(n, 4096,
                              [&](Index begin, Index end) { return sum_on_this_thread(begin, end, term); });
}

}  // namespace gradus
