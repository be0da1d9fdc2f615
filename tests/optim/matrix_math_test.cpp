#include "optim/matrix_math.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

template <class Scalar>
void expect_products(Index m, Index n, Index k, double tolerance) {
  const auto a = test::normal_vector<Scalar>(m * k, "a"), b = test::normal_vector<Scalar>(k * n, "b");
  for (const bool ta : {false, true})
    for (const bool tb : {false, true}) {
      auto c = test::normal_vector<Scalar>(m * n, "c");
      const auto before = c;
      multiply(ta, tb, m, n, k, Scalar(0.5), a.data(), b.data(), Scalar(-2), c.data());
      for (Index i = 0; i < m; ++i)
        for (Index j = 0; j < n; ++j) {
          const auto at = static_cast<std::size_t>(i * n + j);
          double sum = -2 * static_cast<double>(before[at]);
          for (Index l = 0; l < k; ++l)
            sum += 0.5 * static_cast<double>(a[static_cast<std::size_t>(ta ? l * m + i : i * k + l)]) *
                   static_cast<double>(b[static_cast<std::size_t>(tb ? j * k + l : l * n + j)]);
          ASSERT_NEAR(static_cast<double>(c[at]), sum, tolerance)
              << m << ' ' << n << ' ' << k << ' ' << ta << tb;
        }
    }
}

// Heights below, at and above those of the pieces that threads share.
TEST(MatrixMath, MultipliesMatricesOfAnyShapeAndOrientation) {
  for (const Index m : {1, 3, 128, 129, 300}) {
    expect_products<double>(m, 5, 7, 1e-13);
    expect_products<float>(m, 1, 33, 2e-4);
  }
  expect_products<double>(130, 140, 150, 1e-12);
}

}  // namespace
}  // namespace gradus
