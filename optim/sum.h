#pragma once
#include <array>

#include "../base/vector.h"

namespace gradus {

/// Σ term(i) for i = begin … end−1 in double, on the calling thread, in an order that depends on the length
/// alone; as vector instructions where the term can be.
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

}  // namespace gradus
