#include "optim/first_order/adahessian.h"

#include <gmock/gmock.h>

#include <cmath>

#include "optim/first_order/hessian_diagonal.h"
#include "tests/optim/broken_product.h"
#include "tests/optim/quadratic.h"

namespace gradus {
namespace {

TEST(Adahessian, TakesNewtonsStepWhereTheHessianIsDiagonal) {
  test::Quadratic<double> f({{100, 0}, {0, 0.01}}, {50, 0.02});
  Adahessian<double> adahessian({.learning_rate = 1, .epsilon = 0});
  adahessian.reset(2);
  Vector<double> theta = {3, 4};
  const StepReport report = adahessian.step(f, theta);
  EXPECT_EQ(report.evaluations.products, 1);
  EXPECT_NEAR(theta[0], 0.5, 1e-14);
  EXPECT_NEAR(theta[1], 2, 1e-14);
}

TEST(Adahessian, DependsOnItsSeed) {
  Vector<double> ends[2];
  for (const Index seed : {0, 1}) {
    test::Quadratic<double> f({{3, 1}, {1, 2}}, {1, 1});
    Adahessian<double> adahessian({.seed = seed});
    adahessian.reset(2);
    Vector<double> theta = {3, 4};
    for (int t = 0; t < 10; ++t) adahessian.step(f, theta);
    ends[seed] = theta;
  }
  EXPECT_NE(ends[0], ends[1]);
}

// z∘Hz has the mean diag H and the variance Σ_{j≠i} h_ij²; over 200 elements every sign is drawn for itself.
TEST(HessianDiagonal, IsUnbiased) {
  constexpr std::size_t n = 200;
  std::vector<std::vector<double>> h(n, std::vector<double>(n, 0.1));
  for (std::size_t i = 0; i < n; ++i) h[i][i] = static_cast<double>(i);
  test::Quadratic<double> f(h, std::vector<double>(n, 0));
  Vector<double> theta(n, 0), g(n, 0), z(n), product(n), sums(n, 0), signs(n, 0);
  const Layout layout(n);
  Evaluations evaluations;
  const RuleStep<double> step{
      .t = 1, .eta = 1, .g = g, .theta = theta, .layout = layout, .objective = f, .evaluations = evaluations};
  constexpr int draws = 2000;
  for (int t = 0; t < draws; ++t) {
    const Random random(3, "z", static_cast<std::uint64_t>(t));
    ASSERT_FALSE(sample_hessian_diagonal<double>(step, random, z, product).refused);
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_EQ(std::abs(z[i]), 1);
      sums[i] += z[i] * product[i];
      signs[i] += z[i];
    }
  }
  EXPECT_EQ(evaluations.products, draws);
  const double spread = std::sqrt(draws), deviation = 0.1 * std::sqrt(n - 1.0);
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_NEAR(sums[i] / draws, static_cast<double>(i), 5 * deviation / spread) << i;
    EXPECT_LT(std::abs(signs[i]), 5 * spread) << i;
  }
}

TEST(Adahessian, LeavesOutAStepWhoseProductIsNotFinite) {
  test::expect_left_out_where_the_product_is_not_finite<Adahessian<double>>(AdahessianOptions{});
}

}  // namespace
}  // namespace gradus
