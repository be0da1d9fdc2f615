#include "nn/run/narrow_products.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/threads.h"
#include "nn/graph/ops.h"
#include "nn/run/kernels.h"
#include "tests/support/evaluate.h"

namespace gradus::test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

// Rows of uniform numbers in −1 … 1, `stride` apart, NaN between them and around; `offset` elements off any alignment.
template <class Scalar>
struct Matrix {
  Matrix(Index rows, Index columns, std::uint64_t seed, Index extra = 3, Index offset = 1)
      : stride(columns + extra),
        first(offset),
        values(static_cast<std::size_t>(offset + rows * stride + extra), static_cast<Scalar>(nan)) {
    Random random(seed, "narrow");
    for (Index i = 0; i < rows; ++i)
      for (Index j = 0; j < columns; ++j) at(i, j) = static_cast<Scalar>(2 * random.uniform() - 1);
  }
  Scalar& at(Index i, Index j) { return values[static_cast<std::size_t>(first + i * stride + j)]; }
  Scalar at(Index i, Index j) const { return values[static_cast<std::size_t>(first + i * stride + j)]; }
  Scalar* data() { return values.data() + first; }

  Index stride, first;
  std::vector<Scalar> values;
};

template <class Scalar>
class NarrowProducts : public testing::Test {
 protected:
  // What differs from the triple loop in double: by more than k roundings of the sum of magnitudes, or between C's rows.
  static std::string difference(bool few_rows, bool transpose, Index m, Index n, Index k, bool accumulate,
                                double special = 0) {
    const bool transpose_a = few_rows && transpose, transpose_b = !few_rows && transpose;
    Matrix<Scalar> a(transpose_a ? k : m, transpose_a ? m : k, 1),
        b(transpose_b ? n : k, transpose_b ? k : n, 2);
    Matrix<Scalar> c(m, n, 3);
    if (special != 0) (transpose_a ? a.at(k / 2, m / 2) : a.at(m / 2, k / 2)) = static_cast<Scalar>(special);
    if (!accumulate)
      for (Scalar& x : c.values) x = static_cast<Scalar>(nan);  // not to be read
    const Matrix<Scalar> before = c;
    if (few_rows)
      kernels<Scalar>().few_rows(transpose_a, m, n, k, a.data(), a.stride, b.data(), b.stride, accumulate,
                                 c.data(), c.stride);
    else
      kernels<Scalar>().few_columns(transpose_b, m, n, k, a.data(), a.stride, b.data(), b.stride, accumulate,
                                    c.data(), c.stride);
    const double rounding = std::numeric_limits<Scalar>::epsilon();
    for (Index i = 0; i < m; ++i)
      for (Index j = 0; j < n; ++j) {
        double sum = accumulate ? static_cast<double>(before.at(i, j)) : 0, magnitude = std::abs(sum);
        for (Index p = 0; p < k; ++p) {
          const double term = static_cast<double>(transpose_a ? a.at(p, i) : a.at(i, p)) *
                              static_cast<double>(transpose_b ? b.at(j, p) : b.at(p, j));
          sum += term;
          magnitude += std::abs(term);
        }
        const auto found = static_cast<double>(c.at(i, j));
        const bool same = std::isfinite(sum)
                              ? std::abs(found - sum) <= static_cast<double>(k + 1) * rounding * magnitude
                          : std::isnan(sum) ? std::isnan(found)
                                            : found == sum;
        if (!same)
          return fmt::format("{} × {} × {}, few rows {}, transposed {}, β {}: C[{}, {}] is {}, not {}", m, n,
                             k, few_rows, transpose, accumulate, i, j, found, sum);
      }
    for (std::size_t e = 0; e < c.values.size(); ++e) {
      const Index position = static_cast<Index>(e) - c.first;
      const bool inside = position >= 0 && position / c.stride < m && position % c.stride < n;
      if (!inside && !std::isnan(c.values[e]))
        return fmt::format("{} × {} × {}: writes outside of C", m, n, k);
    }
    return "";
  }
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(NarrowProducts, Scalars);

TYPED_TEST(NarrowProducts, OfFewColumnsAreThoseOfATripleLoop) {
  for (Index n = 1; n <= narrow_side; ++n)
    for (const Index m : {0, 1, 2, 11, 12, 13, 30})
      for (const Index k : {0, 1, 7, 33})
        for (const bool transpose_b : {false, true})
          for (const bool accumulate : {false, true})
            ASSERT_EQ(this->difference(false, transpose_b, m, n, k, accumulate), "");
}

TYPED_TEST(NarrowProducts, OfFewRowsAreThoseOfATripleLoop) {
  for (Index m = 0; m <= narrow_side; ++m)
    for (const Index n : {16, 17, 31, 32, 33, 48, 63, 100, 143, 144})
      for (const Index k : {0, 1, 3, 8, 21})
        for (const bool transpose_a : {false, true})
          for (const bool accumulate : {false, true})
            ASSERT_EQ(this->difference(true, transpose_a, m, n, k, accumulate), "");
}

// B is packed, and sums are taken, a block at a time.
TYPED_TEST(NarrowProducts, AreThoseOfATripleLoopOverManyTerms) {
  for (const Index n : {1, 10, 32})
    for (const Index k : {340, 341, 512, 1023, 1024, 1025, 2500, 17000})
      for (const bool accumulate : {false, true})
        ASSERT_EQ(this->difference(false, true, 13, n, k, accumulate), "");
  for (const Index m : {1, 10, 23})
    for (const Index k : {255, 256, 257, 512, 1003})
      for (const bool accumulate : {false, true})
        ASSERT_EQ(this->difference(true, true, m, 98, k, accumulate), "");
}

TYPED_TEST(NarrowProducts, KeepWhatIsNotFiniteInItsRow) {
  for (const double special : {nan, infinity, -infinity})
    for (const Index k : {1, 300}) {
      ASSERT_EQ(this->difference(false, true, 25, 10, k, false, special), "");
      ASSERT_EQ(this->difference(true, true, 10, 98, k, true, special), "");
    }
}

// Layers of which a side is narrow, as a plan computes them: with few rows the columns are cut in parts.
TYPED_TEST(NarrowProducts, HaveTheSameBitsOnAnyNumberOfThreads) {
  const int before = threads();
  for (const Index outputs : {4, 10, 17, 23, 32})
    for (const Index inputs : {15, 16, 129, 300}) {
      Graph graph;
      const Tensor x = graph.input("x", Shape{batch, inputs}), d = graph.input("d", Shape{batch, outputs}),
                   w = graph.input("w", Shape{outputs, inputs});
      const std::vector<Tensor> products{matmul(x, transpose(w)), matmul(transpose(d), x), matmul(d, w)};
      for (const Index cases : {1, 20, 100, 700}) {
        Random random(4, "narrow");
        Bindings bindings;
        for (const Tensor input : {x, d, w}) {
          bindings.emplace_back(
              input, Vector<double>(static_cast<std::size_t>(input.shape().bound(cases).elements())));
          for (double& v : bindings.back().second) v = 2 * random.uniform() - 1;
        }
        set_threads(1);
        const auto alone = evaluate<TypeParam>(products, bindings, cases);
        for (const int n : {2, 3}) {
          set_threads(n);
          EXPECT_EQ(evaluate<TypeParam>(products, bindings, cases), alone)
              << outputs << " outputs, " << inputs << " inputs, " << cases << " cases, " << n << " threads";
        }
      }
    }
  set_threads(before);
}

}  // namespace
}  // namespace gradus::test
