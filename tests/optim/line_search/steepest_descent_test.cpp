#include "optim/line_search/steepest_descent.h"

#include <gtest/gtest.h>

#include <cmath>

#include "optim/minimize.h"
#include "tests/optim/line_search/functions.h"
#include "tests/support/count_allocations.h"

namespace gradus {
namespace {

using test::nearly_exact;

// From (1/λ₁, ±1/λ₂) in two dimensions the bound of theorem 3.3 is met with equality in every step: f shrinks by the factor
// ((κ − 1)/(κ + 1))².
TEST(SteepestDescent, ConvergesAtTheRateOfTheWorstStart) {
  for (const double kappa : {2.0, 10.0, 100.0}) {
    test::Quadratic<double> f({{1, 0}, {0, kappa}}, {0, 0});
    SteepestDescent<double> descent({nearly_exact});
    descent.reset(2);
    Vector<double> theta = {1, 1 / kappa};
    const double rate = std::pow((kappa - 1) / (kappa + 1), 2);
    for (int i = 0; i < 20; ++i) {
      const double before = f.value(theta);
      ASSERT_EQ(descent.step(f, theta).status, Status::ok);
      EXPECT_NEAR(f.value(theta) / before, rate, 1e-7) << kappa << ", step " << i;
    }
  }
}

TEST(SteepestDescent, IsNoSlowerThanTheBoundFromAnywhere) {
  const std::vector<double> eigenvalues = {1, 2, 5, 7, 20, 30};
  test::Quadratic<double> f(test::matrix_of(eigenvalues), std::vector<double>(6));
  SteepestDescent<double> descent({nearly_exact});
  descent.reset(6);
  Vector<double> theta = {1, -2, 0.5, 3, -1, 1};
  for (int i = 0; i < 60; ++i) {
    const double before = f.value(theta);
    const Vector<double> from = theta;
    descent.step(f, theta);
    EXPECT_LE(f.value(theta) / before, std::pow(29.0 / 31, 2) + 1e-9);

    // α = gᵀg / gᵀAg, and the way is −α g.
    const Vector<double> g = test::product(test::matrix_of(eigenvalues), from),
                         a_g = test::product(test::matrix_of(eigenvalues), g);
    const double alpha = dot(std::span<const double>(g), g) / dot(std::span<const double>(g), a_g);
    for (std::size_t k = 0; k < 6; ++k)
      EXPECT_NEAR(theta[k], from[k] - alpha * g[k], 1e-8 * std::sqrt(before));
  }
}

TEST(SteepestDescent, BacktracksByDefault) {
  const SteepestDescentOptions options;
  EXPECT_EQ(options.line_search.kind, LineSearch::Kind::backtracking);
  test::Quadratic<double> f({{3, 1}, {1, 2}}, {1, 1});
  SteepestDescent<double> descent;
  Vector<double> theta = {5, -7};
  const MinimizeResult result = minimize(f, theta, descent, {.max_steps = 1000, .gradient_norm = 1e-7});
  EXPECT_TRUE(result.converged) << result.reason;
  EXPECT_NEAR(theta[0], 0.2, 1e-7);
  EXPECT_NEAR(theta[1], 0.4, 1e-7);
  EXPECT_GT(result.evaluations.values, 0);
}

TEST(SteepestDescent, WalksRosenbrocksValley) {
  test::ExtendedRosenbrock<double> f(2);
  SteepestDescent<double> descent;
  Vector<double> theta = f.start();
  const MinimizeResult result = minimize(f, theta, descent, {.max_steps = 40000, .gradient_norm = 1e-6});
  EXPECT_TRUE(result.converged) << result.reason;
  EXPECT_NEAR(theta[0], 1, 1e-5);
}

TEST(SteepestDescent, AllocatesNothingInAStep) {
  test::ExtendedRosenbrock<float> f(20);
  SteepestDescent<float> descent;
  descent.reset(20);
  Vector<float> theta = f.start();
  const auto before = test::allocations();
  for (int i = 0; i < 30; ++i) ASSERT_EQ(descent.step(f, theta).status, Status::ok);
  EXPECT_EQ(test::allocations(), before);
}

}  // namespace
}  // namespace gradus
