#include "optim/quasi_newton/two_loop_kernels.h"

#include <algorithm>
#include <array>

#include "base/clones.h"
#include "optim/sum.h"

namespace gradus {
namespace {

// What is inlined is compiled with its caller, for several kinds of processor.

// So many elements at a time that the vectors which all rows meet stay in the nearest cache, as doubles.
constexpr Index tile = 512;
using Tile = std::array<double, tile>;

template <class Scalar>
[[gnu::always_inline]] inline void to_double(Index n, const Scalar* from, Tile& to) {
  for (Index i = 0; i < n; ++i) to[static_cast<std::size_t>(i)] = static_cast<double>(from[i]);
}

template <class Scalar>
[[gnu::always_inline]] inline double product(Index n, const Scalar* row, const Tile& with) {
  return sum_on_this_thread(0, n,
                            [row, &with](std::size_t i) { return static_cast<double>(row[i]) * with[i]; });
}

// The memory's own foresight follows few rows at once: asks for the row's next tile while this one is at work.
template <class Scalar>
[[gnu::always_inline]] inline void prefetch(Index n, const Scalar* row) {
  constexpr Index line = 64 / sizeof(Scalar);
  for (Index i = 0; i < n; i += line) __builtin_prefetch(row + n + i);
}

template <class Scalar>
[[gnu::always_inline]] inline void add_multiple(Index n, Scalar a, const Scalar* x, Scalar* y) {
  prefetch(n, x);
  for (Index i = 0; i < n; ++i) y[i] += a * x[i];
}

template <class Scalar>
[[gnu::always_inline]] inline void multiply(const Scalar* const* rows, Index count, const Scalar* g,
                                            const Scalar* y, Index begin, Index end, double* sums) {
  Tile g_tile, y_tile;
  for (Index first = begin; first < end; first += tile) {
    const Index size = std::min(tile, end - first);
    to_double(size, g + first, g_tile);
    if (y != nullptr) to_double(size, y + first, y_tile);
    for (Index i = 0; i < count; ++i) {
      prefetch(size, rows[i] + first);
      sums[i] += product(size, rows[i] + first, g_tile);
      if (y != nullptr) sums[count + i] += product(size, rows[i] + first, y_tile);
    }
  }
}

template <class Scalar>
[[gnu::always_inline]] inline void subtract_and_multiply(const Scalar* const* rows, Index count,
                                                         const double* alpha, const Scalar* g, double gamma,
                                                         const Scalar* diagonal, Index begin, Index end,
                                                         Scalar* r, double* sums) {
  const auto scale = static_cast<Scalar>(gamma);
  Tile r_tile;
  for (Index first = begin; first < end; first += tile) {
    const Index size = std::min(tile, end - first);
    Scalar* const out = r + first;
    for (Index i = 0; i < size; ++i) out[i] = g[first + i];
    for (Index i = 0; i < count; ++i)
      add_multiple(size, static_cast<Scalar>(-alpha[i]), rows[i] + first, out);
    if (diagonal == nullptr)
      for (Index i = 0; i < size; ++i) out[i] *= scale;
    else
      for (Index i = 0; i < size; ++i) out[i] *= scale * diagonal[first + i];
    to_double(size, out, r_tile);
    for (Index i = 0; i < count; ++i) sums[i] += product(size, rows[i] + first, r_tile);
  }
}

template <class Scalar>
[[gnu::always_inline]] inline void add_and_negate(const Scalar* const* rows, Index count, const double* c,
                                                  Index begin, Index end, Scalar* r) {
  for (Index first = begin; first < end; first += tile) {
    const Index size = std::min(tile, end - first);
    Scalar* const out = r + first;
    for (Index i = 0; i < count; ++i) add_multiple(size, static_cast<Scalar>(c[i]), rows[i] + first, out);
    for (Index i = 0; i < size; ++i) out[i] = -out[i];
  }
}

GRADUS_CLONES void first_pass(const float* const* rows, Index count, const float* g, const float* y,
                              Index begin, Index end, double* sums) {
  multiply(rows, count, g, y, begin, end, sums);
}
GRADUS_CLONES void first_pass(const double* const* rows, Index count, const double* g, const double* y,
                              Index begin, Index end, double* sums) {
  multiply(rows, count, g, y, begin, end, sums);
}
GRADUS_CLONES void second_pass(const float* const* rows, Index count, const double* alpha, const float* g,
                               double gamma, const float* diagonal, Index begin, Index end, float* r,
                               double* sums) {
  subtract_and_multiply(rows, count, alpha, g, gamma, diagonal, begin, end, r, sums);
}
GRADUS_CLONES void second_pass(const double* const* rows, Index count, const double* alpha, const double* g,
                               double gamma, const double* diagonal, Index begin, Index end, double* r,
                               double* sums) {
  subtract_and_multiply(rows, count, alpha, g, gamma, diagonal, begin, end, r, sums);
}
GRADUS_CLONES void third_pass(const float* const* rows, Index count, const double* c, Index begin, Index end,
                              float* r) {
  add_and_negate(rows, count, c, begin, end, r);
}
GRADUS_CLONES void third_pass(const double* const* rows, Index count, const double* c, Index begin, Index end,
                              double* r) {
  add_and_negate(rows, count, c, begin, end, r);
}

}  // namespace

void multiply_rows(const float* const* rows, Index count, const float* g, const float* y, Index begin,
                   Index end, double* sums) {
  first_pass(rows, count, g, y, begin, end, sums);
}
void multiply_rows(const double* const* rows, Index count, const double* g, const double* y, Index begin,
                   Index end, double* sums) {
  first_pass(rows, count, g, y, begin, end, sums);
}
void subtract_and_multiply_rows(const float* const* rows, Index count, const double* alpha, const float* g,
                                double gamma, const float* diagonal, Index begin, Index end, float* r,
                                double* sums) {
  second_pass(rows, count, alpha, g, gamma, diagonal, begin, end, r, sums);
}
void subtract_and_multiply_rows(const double* const* rows, Index count, const double* alpha, const double* g,
                                double gamma, const double* diagonal, Index begin, Index end, double* r,
                                double* sums) {
  second_pass(rows, count, alpha, g, gamma, diagonal, begin, end, r, sums);
}
void add_rows_and_negate(const float* const* rows, Index count, const double* c, Index begin, Index end,
                         float* r) {
  third_pass(rows, count, c, begin, end, r);
}
void add_rows_and_negate(const double* const* rows, Index count, const double* c, Index begin, Index end,
                         double* r) {
  third_pass(rows, count, c, begin, end, r);
}

}  // namespace gradus
