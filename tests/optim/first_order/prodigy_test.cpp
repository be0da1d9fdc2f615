#include "optim/first_order/prodigy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/optim/quadratic.h"

namespace gradus {
namespace {

// For a convex f, r ≤ ‖s‖₁ ‖θ₀ − θ*‖∞ in every step, so d stays below that distance unless it began above.
TEST(Prodigy, EstimatesTheDistanceFromBelow) {
  for (const double distance : {1e-3, 1.0, 1e4}) {
    test::Quadratic<double> f({{2, 0.3}, {0.3, 0.1}}, {0, 0});
    Vector<double> theta = {distance, -distance};
    Prodigy<double> prodigy({.initial_distance = 1e-7 * distance});
    prodigy.reset(2);
    double d = prodigy.distance();
    EXPECT_EQ(d, 1e-7 * distance);
    for (int t = 1; t <= 2000; ++t) {
      ASSERT_EQ(prodigy.step(f, theta).status, Status::ok);
      ASSERT_GE(prodigy.distance(), d) << t;
      d = prodigy.distance();
    }
    EXPECT_LE(d, distance);
    EXPECT_GT(d, 0.05 * distance);
    EXPECT_LT(std::max(std::abs(theta[0]), std::abs(theta[1])), 0.01 * distance);
  }
}

TEST(Prodigy, KeepsItsDistanceWithoutAGradient) {
  test::Quadratic<double> f({{1, 0}, {0, 1}}, {0, 0});
  Vector<double> theta = {0, 0};
  Prodigy<double> prodigy;
  prodigy.reset(2);
  EXPECT_EQ(prodigy.step(f, theta).status, Status::ok);
  EXPECT_EQ(prodigy.distance(), 1e-6);
  EXPECT_EQ(theta, (Vector<double>{0, 0}));
}

}  // namespace
}  // namespace gradus
