// Compiled as kernels.cpp is. Vectors lie along C's rows: the other operand's elements multiply them one by one, and no sum
// is ever taken across a vector.
#include "nn/run/narrow_products.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace gradus::GRADUS_PROCESSOR {
namespace {

#if defined(__AVX512F__)
constexpr std::size_t vector_bytes = 64;
#elif defined(__AVX__)
constexpr std::size_t vector_bytes = 32;
#else
constexpr std::size_t vector_bytes = 16;
#endif

template <class S>
struct VectorOf {
  typedef S Type __attribute__((vector_size(vector_bytes)));
};
template <class S>
using Vector = typename VectorOf<S>::Type;
template <class S>
constexpr Index lanes = vector_bytes / sizeof(S);

template <class S>
inline Vector<S> load(const S* from) {
  Vector<S> x;
  std::memcpy(&x, from, sizeof x);
  return x;
}
template <class S>
inline void store(S* to, Vector<S> x) {
  std::memcpy(to, &x, sizeof x);
}
template <class S>
inline void put(Index n, const S* x, bool accumulate, S* y) {
  if (accumulate)
    for (Index i = 0; i < n; ++i) y[i] += x[i];
  else
    for (Index i = 0; i < n; ++i) y[i] = x[i];
}

// ---- Few columns: B is packed, a panel of one to three vectors beside the other; sums of 12 vectors stay in registers ----

constexpr Index sums = 12;
constexpr Index most_vectors = 3;
constexpr Index packed = 16384;  // elements of B

template <unsigned rows, unsigned vectors, class S>
void tile(Index depth, const S* a, Index lda, const S* panel, bool accumulate, Index width, S* c, Index ldc) {
  Vector<S> sum[rows][vectors];
  for (auto& row : sum)
    for (Vector<S>& x : row) x = Vector<S>{};
  for (Index p = 0; p < depth; ++p, panel += vectors * lanes<S>) {
    Vector<S> b[vectors];
    for (unsigned v = 0; v < vectors; ++v) b[v] = load(panel + v * lanes<S>);
    for (unsigned r = 0; r < rows; ++r)
      for (unsigned v = 0; v < vectors; ++v) sum[r][v] += a[r * lda + p] * b[v];
  }
  for (unsigned r = 0; r < rows; ++r, c += ldc) {
    S row[vectors * lanes<S>];
    for (unsigned v = 0; v < vectors; ++v) store(row + v * lanes<S>, sum[r][v]);
    put(width, row, accumulate, c);
  }
}

template <unsigned vectors, class S>
void tiles(Index m, Index depth, const S* a, Index lda, const S* panel, bool accumulate, Index width, S* c,
           Index ldc) {
  constexpr Index most = sums / vectors;
  static constexpr auto tile_of = []<unsigned... less>(std::integer_sequence<unsigned, less...>) {
    return std::array{tile<less + 1, vectors, S>...};
  }
  (std::make_integer_sequence<unsigned, static_cast<unsigned>(most)>());
  for (Index i = 0; i < m; i += most)
    tile_of[static_cast<std::size_t>(std::min(most, m - i) - 1)](depth, a + i * lda, lda, panel, accumulate,
                                                                 width, c + i * ldc, ldc);
}

template <class S>
void pack(bool transpose, Index depth, Index width, Index unit, const S* b, Index ldb, S* panel) {
  for (Index p = 0; p < depth; ++p, panel += unit) {
    for (Index j = 0; j < width; ++j) panel[j] = transpose ? b[j * ldb + p] : b[p * ldb + j];
    for (Index j = width; j < unit; ++j) panel[j] = 0;
  }
}

// ---- Few rows: C is kept in the cache, and some rows of B at a time are added to all of its rows ----

constexpr Index at_once = vector_bytes == 64 ? 8 : 4;  // with two vectors of each row in registers
constexpr Index block = 256;                           // rows of B that are summed before C is touched

template <class S>
struct Strided {  // element (i, p) is at[i * row + p * column]
  const S* at;
  Index row, column;
};

template <unsigned rows, unsigned vectors, class S>
inline void add(Index m, Strided<S> a, const std::array<const S*, 2>& b, Index ldb, S* sum) {
  Vector<S> x[rows][vectors];
  for (unsigned r = 0; r < rows; ++r)
    for (unsigned v = 0; v < vectors; ++v) x[r][v] = load(b[v] + r * ldb);
  for (Index i = 0; i < m; ++i, a.at += a.row, sum += most_columns) {
    Vector<S> y[vectors];
    for (unsigned v = 0; v < vectors; ++v) y[v] = load(sum + v * lanes<S>);
    for (unsigned r = 0; r < rows; ++r)
      for (unsigned v = 0; v < vectors; ++v) y[v] += a.at[r * a.column] * x[r][v];
    for (unsigned v = 0; v < vectors; ++v) store(sum + v * lanes<S>, y[v]);
  }
}

// The last vector is moved to the left, to end where B's row does.
template <unsigned rows, class S>
void add(Index m, Index n, Strided<S> a, const S* b, Index ldb, S* sum) {
  const auto at = [&](Index j) { return b + std::min(j, n - lanes<S>); };
  Index j = 0;
  for (; j + lanes<S> < n; j += 2 * lanes<S>) add<rows, 2, S>(m, a, {at(j), at(j + lanes<S>)}, ldb, sum + j);
  if (j < n) add<rows, 1, S>(m, a, {at(j)}, ldb, sum + j);
}

}  // namespace

template <class S>
void few_columns(bool transpose_b, Index m, Index n, Index k, const S* a, Index lda, const S* b, Index ldb,
                 bool accumulate, S* c, Index ldc) {
  alignas(vector_bytes) S panel[packed];
  const Index all = (n + lanes<S> - 1) / lanes<S>, panels = (all + most_vectors - 1) / most_vectors;
  const Index vectors = (all + panels - 1) / panels, unit = vectors * lanes<S>;
  const Index deep = packed / (panels * unit);
  const auto run = vectors == 1 ? tiles<1, S> : vectors == 2 ? tiles<2, S> : tiles<3, S>;
  for (Index p = 0; p == 0 || p < k; p += deep) {
    const Index depth = std::min(deep, k - p);
    for (Index j = 0; j < n; j += unit)
      pack(transpose_b, depth, std::min(unit, n - j), unit, b + (transpose_b ? j * ldb + p : p * ldb + j),
           ldb, panel + j * depth);
    for (Index i = 0; i < m; i += sums)
      for (Index j = 0; j < n; j += unit)
        run(std::min(sums, m - i), depth, a + i * lda + p, lda, panel + j * depth, accumulate || p > 0,
            std::min(unit, n - j), c + i * ldc + j, ldc);
  }
}

template <class S>
void few_rows(bool transpose_a, Index m, Index n, Index k, const S* a, Index lda, const S* b, Index ldb,
              bool accumulate, S* c, Index ldc) {
  alignas(vector_bytes) S sum[narrow_side * most_columns];
  const auto from = [&](Index q) {
    return transpose_a ? Strided<S>{a + q * lda, 1, lda} : Strided<S>{a + q, lda, 1};
  };
  const Index whole = (n - 1) / lanes<S> * lanes<S>, last = whole + lanes<S> - (n - whole);
  for (Index p = 0; p == 0 || p < k; p += block) {
    std::fill_n(sum, m * most_columns, S(0));
    Index q = p;
    const Index end = std::min(p + block, k);
    for (; q + at_once <= end; q += at_once) add<at_once>(m, n, from(q), b + q * ldb, ldb, sum);
    for (; q < end; ++q) add<1>(m, n, from(q), b + q * ldb, ldb, sum);
    for (Index i = 0; i < m; ++i) {
      const S* row = sum + i * most_columns;
      put(whole, row, accumulate || p > 0, c + i * ldc);
      put(n - whole, row + last, accumulate || p > 0, c + i * ldc + whole);
    }
  }
}

#define GRADUS_NARROW_PRODUCTS(S)                                                                          \
  template void few_columns(bool, Index, Index, Index, const S*, Index, const S*, Index, bool, S*, Index); \
  template void few_rows(bool, Index, Index, Index, const S*, Index, const S*, Index, bool, S*, Index);
GRADUS_NARROW_PRODUCTS(float)
GRADUS_NARROW_PRODUCTS(double)

}  // namespace gradus::GRADUS_PROCESSOR
