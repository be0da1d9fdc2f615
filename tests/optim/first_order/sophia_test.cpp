#include "optim/first_order/sophia.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/optim/broken_product.h"

namespace gradus {
namespace {

TEST(Sophia, ClipsAndTakesAProductInEveryInterval) {
  // Where the curvature is −1 or 0, each step is −η sign(m).
  test::Quadratic<double> f({{-1, 0, 0}, {0, 0, 0}, {0, 0, 50}}, {1, 1, 1});
  Sophia<double> sophia({.learning_rate = 0.01, .gamma = 1, .interval = 3});
  sophia.reset(3);
  Vector<double> theta = {-2, 0, 3};
  for (int t = 1; t <= 40; ++t) {
    const Vector<double> before = theta;
    const StepReport report = sophia.step(f, theta);
    EXPECT_EQ(report.evaluations.gradients, 1);
    EXPECT_EQ(report.evaluations.products, t % 3 == 1 ? 1 : 0) << t;
    for (std::size_t i = 0; i < 3; ++i) EXPECT_LE(std::abs(theta[i] - before[i]), 0.01 + 1e-15) << t;
  }
  EXPECT_NEAR(theta[0], -2.4, 1e-12);
  EXPECT_NEAR(theta[1], 0.4, 1e-12);
}

TEST(Sophia, LeavesOutAStepWhoseProductIsNotFinite) {
  test::expect_left_out_where_the_product_is_not_finite<Sophia<double>>(SophiaOptions{.interval = 1});
}

}  // namespace
}  // namespace gradus
