#include "optim/diagnostics/eigenvalues.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/optim/diagnostics/matrices.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::vector<double> values(const std::vector<Eigenvalue>& list) {
  std::vector<double> v;
  for (const Eigenvalue& e : list) v.push_back(e.value);
  return v;
}

auto near(std::vector<double> expected, double tolerance) {
  return testing::Pointwise(testing::DoubleNear(tolerance), expected);
}

// Every value has a true eigenvalue within its bound, which grows by what the products are rounded.
void expect_bounds(const std::vector<Eigenvalue>& list, const Vector<double>& true_values, double rounding) {
  for (const auto& [value, bound, converged] : list) {
    double nearest = std::numeric_limits<double>::infinity();
    for (const double t : true_values) nearest = std::min(nearest, std::abs(t - value));
    EXPECT_LE(nearest, bound + rounding) << value;
  }
}

TEST(LargestEigenvalues, OfADiagonalMatrix) {
  auto c = test::diagonal({1, 4, -7, 2, 6, 3, 5});
  const Eigenvalues e = largest_eigenvalues(c, 7, 3, {.both_ends = true, .tolerance = 1e-12});
  EXPECT_THAT(values(e.largest), near({6, 5, 4}, 1e-11));
  EXPECT_THAT(values(e.smallest), near({-7, 1, 2}, 1e-11));
  EXPECT_TRUE(e.converged) << e.message;
  EXPECT_THAT(e.message, IsEmpty());
  EXPECT_EQ(e.products, c.products);
  EXPECT_THAT(largest_eigenvalues(c, 7, 3).smallest, IsEmpty());
}

// For an eigenvalue that stands apart by a gap γ the error is as the square of the bound: |θ − λ| ≤ bound²/γ.
TEST(LargestEigenvalues, OfADenseMatrixWithOutliers) {
  Vector<double> d = test::evenly(-0.5, 1, 500);
  d[0] = 30;
  d[7] = 12;
  d[400] = -9;
  d[33] = -4;
  auto c = test::reflected(d);
  const Eigenvalues e = largest_eigenvalues(c, 500, 2, {.both_ends = true, .tolerance = 1e-6});
  EXPECT_TRUE(e.converged);
  EXPECT_LT(e.products, 40);
  EXPECT_THAT(values(e.largest), near({30, 12}, 1e-9));
  EXPECT_THAT(values(e.smallest), near({-9, -4}, 1e-9));
  for (const auto& list : {e.largest, e.smallest})
    for (const Eigenvalue& one : list) EXPECT_LE(one.bound, 30e-6);
}

TEST(LargestEigenvalues, OfSecondDifferences) {
  constexpr Index n = 100;
  auto c = test::second_differences();
  const Eigenvalues e = largest_eigenvalues(c, n, 4, {.both_ends = true, .tolerance = 1e-8});
  EXPECT_TRUE(e.converged) << e.message;
  for (Index i = 0; i < 4; ++i) {
    const auto at = static_cast<std::size_t>(i);
    EXPECT_NEAR(e.largest[at].value, test::second_difference_eigenvalue(n - i, n), 4e-8);
    EXPECT_NEAR(e.smallest[at].value, test::second_difference_eigenvalue(1 + i, n), 4e-8);
  }
}

TEST(LargestEigenvalues, HaveBoundsThatHoldFromTheFirstProductOn) {
  const Vector<double> d = test::evenly(-3, 8, 40);
  for (Index products = 1; products <= 40; ++products) {
    auto c = test::reflected(d);
    const Eigenvalues e =
        largest_eigenvalues(c, 40, 5, {.both_ends = true, .max_products = products, .tolerance = 1e-10});
    EXPECT_LE(e.products, products);
    EXPECT_EQ(std::ssize(e.largest), std::min<Index>(products, 5));
    expect_bounds(e.largest, d, 1e-13);
    expect_bounds(e.smallest, d, 1e-13);

    auto rounded = test::reflected<float>(d);
    const Eigenvalues f = largest_eigenvalues(rounded, 40, 5, {.max_products = products, .tolerance = 0});
    EXPECT_EQ(f.products, products);
    expect_bounds(f.largest, d, 1e-6);  // 8 ε is 1e-6
  }
}

TEST(LargestEigenvalues, OfARankOneMatrix) {
  const auto all_ones = [](const Vector<double>& v, Vector<double>& out) {
    double sum = 0;
    for (const double x : v) sum += x;
    for (double& x : out) x = -sum;
  };
  test::Matrix<double> c(all_ones);
  const Eigenvalues e = largest_eigenvalues(c, 50, 3, {.both_ends = true});
  EXPECT_TRUE(e.converged) << e.message;
  EXPECT_THAT(values(e.largest), near({0, 0, 0}, 1e-12));
  EXPECT_THAT(values(e.smallest), near({-50, 0, 0}, 1e-12));
  EXPECT_LT(e.products, 10);

  test::Matrix<float> rounded(all_ones);
  const Eigenvalues f = largest_eigenvalues(rounded, 50, 3, {.both_ends = true});
  EXPECT_TRUE(f.converged) << f.message;
  EXPECT_THAT(values(f.smallest), near({-50, 0, 0}, 50 * 1e-6));
}

TEST(LargestEigenvalues, FindsTheCopiesOfMultipleOnes) {
  Vector<double> d(30, 2);
  d[3] = d[17] = 5;
  d[11] = d[12] = d[13] = -4;
  for (const Index count : {1, 2, 3, 4, 30, 99}) {
    auto c = test::reflected(d);
    const Eigenvalues e = largest_eigenvalues(c, 30, count, {.both_ends = true, .tolerance = 1e-10});
    EXPECT_TRUE(e.converged) << e.message;
    Vector<double> expected = d;
    std::ranges::sort(expected);
    expected.resize(static_cast<std::size_t>(std::min<Index>(count, 30)));
    EXPECT_THAT(values(e.smallest), near({expected.begin(), expected.end()}, 1e-12)) << count;
    expected = d;
    std::ranges::sort(expected, std::greater());
    expected.resize(static_cast<std::size_t>(std::min<Index>(count, 30)));
    EXPECT_THAT(values(e.largest), near({expected.begin(), expected.end()}, 1e-12)) << count;
    EXPECT_LE(e.products, 30);
  }
}

// The second block begins below the complete one's 5 and 4, and has a 5 all the same.
TEST(LargestEigenvalues, WaitsForCopiesThatHaveNotConverged) {
  Vector<double> d(30, 1);
  d[3] = d[17] = 5;
  d[20] = 4;
  auto c = test::reflected(d);
  const Eigenvalues e = largest_eigenvalues(c, 30, 2);
  EXPECT_TRUE(e.converged);
  EXPECT_THAT(values(e.largest), near({5, 5}, 1e-12));
}

TEST(LargestEigenvalues, OfTheIdentityAndOfZero) {
  for (const double x : {1.0, 0.0, -2.5}) {
    auto c = test::diagonal<float>(Vector<double>(1000, x));
    const Eigenvalues e = largest_eigenvalues(c, 1000, 4);
    EXPECT_TRUE(e.converged) << e.message;
    EXPECT_THAT(values(e.largest), near({x, x, x, x}, 1e-6));
    EXPECT_LT(e.products, 10);
  }
}

TEST(LargestEigenvalues, OfOneRowAndOfNone) {
  auto c = test::diagonal({-3.5});
  const Eigenvalues one = largest_eigenvalues(c, 1, 4, {.both_ends = true});
  EXPECT_THAT(values(one.largest), near({-3.5}, 1e-15));
  EXPECT_EQ(values(one.smallest), values(one.largest));
  EXPECT_TRUE(one.converged);
  EXPECT_EQ(one.products, 1);
  EXPECT_DOUBLE_EQ(one.largest[0].bound, 3.5 * std::numeric_limits<double>::epsilon());

  const Eigenvalues none = largest_eigenvalues(c, 0, 4, {.both_ends = true});
  EXPECT_THAT(none.largest, IsEmpty());
  EXPECT_TRUE(none.converged);
  EXPECT_EQ(none.products, 0);
}

TEST(LargestEigenvalues, OfHugeAndTinyMatrices) {
  for (const double scale : {1e300, 1e-300}) {
    Vector<double> d = test::evenly(-3, 8, 40);
    for (double& x : d) x *= scale;
    auto c = test::reflected(d);
    const Eigenvalues e = largest_eigenvalues(c, 40, 1, {.both_ends = true, .tolerance = 1e-9});
    EXPECT_TRUE(e.converged) << e.message;
    EXPECT_NEAR(e.largest[0].value / scale, 8, 1e-8);
    EXPECT_NEAR(e.smallest[0].value / scale, -3, 1e-8);
  }
}

TEST(LargestEigenvalues, SayWhatHasNotConverged) {
  auto c = test::reflected(test::evenly(0, 1, 300));
  const Eigenvalues e = largest_eigenvalues(c, 300, 5, {.max_products = 12, .tolerance = 1e-8});
  EXPECT_FALSE(e.converged);
  EXPECT_EQ(e.largest.size(), 5u);
  EXPECT_FALSE(e.largest[0].converged);
  EXPECT_GT(e.largest[0].bound, 1e-8);
  EXPECT_THAT(e.message, HasSubstr("After 12 products 0 of 5 eigenvalues have converged"));
}

TEST(LargestEigenvalues, EndWhereAProductIsNotFinite) {
  const Vector<double> d = test::evenly(0, 1, 60);
  for (const Index broken : {1, 4}) {
    auto c = test::reflected(d);
    c.not_finite_from = broken;
    const Eigenvalues e = largest_eigenvalues(c, 60, 2);
    EXPECT_FALSE(e.converged);
    EXPECT_THAT(e.message, HasSubstr("is nan in element 2"));
    EXPECT_EQ(e.products, broken);
    EXPECT_EQ(std::ssize(e.largest), std::min<Index>(broken - 1, 2));
    expect_bounds(e.largest, d, 1e-14);
  }
}

TEST(LargestEigenvalues, RefuseWhatMakesNoSense) {
  auto c = test::diagonal({1, 2});
  EXPECT_ERROR(largest_eigenvalues(c, 2, 0), "count must be at least 1, not 0");
  EXPECT_ERROR(largest_eigenvalues(c, -2, 1), "at least 0, not -2");
  EXPECT_ERROR(largest_eigenvalues(c, 2, 1, {.max_products = 0}), "[largest_eigenvalues] max_products");
  EXPECT_ERROR(largest_eigenvalues(c, 2, 1, {.tolerance = -1}), "tolerance");
  EXPECT_ERROR(largest_eigenvalues(c, 2, 1, {.seed = -1}), "seed");
  EXPECT_EQ(c.products, 0);
}

TEST(LargestEigenvalues, AreTheSameOnAnyNumberOfThreads) {
  const auto all = test::on_threads([] {
    auto c = test::reflected<float>(test::evenly(-1, 3, 30000));
    return largest_eigenvalues(c, 30000, 2, {.both_ends = true, .max_products = 20});
  });
  for (const Eigenvalues& e : all) {
    EXPECT_EQ(values(e.largest), values(all[0].largest));
    EXPECT_EQ(values(e.smallest), values(all[0].smallest));
    EXPECT_EQ(e.largest[0].bound, all[0].largest[0].bound);
  }
}

}  // namespace
}  // namespace gradus
