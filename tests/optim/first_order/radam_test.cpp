#include "optim/first_order/radam.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/optim/given_gradients.h"

namespace gradus {
namespace {

// How many steps move by η m̂, which is η g for a gradient g that stays the same, before the first that is divided.
int steps_of_momentum(double beta2, Dialect dialect) {
  test::GivenGradients<> f(1, [](Index, Index) { return 1000.0; });
  Radam<double> radam({.learning_rate = 0.01, .beta2 = beta2, .dialect = dialect});
  radam.reset(1);
  Vector<double> theta = {0};
  int t = 0;
  while (t < 200 && std::abs(radam.step(f, theta).step_norm - 10) < 1e-9) ++t;
  return t;
}

TEST(Radam, IsMomentumUntilTheVarianceIsFinite) {
  EXPECT_EQ(steps_of_momentum(0.999, Dialect::paper), 4);
  EXPECT_EQ(steps_of_momentum(0.999, Dialect::torch), 5);
  // There ρ∞ is 4, and 5.
  EXPECT_EQ(steps_of_momentum(0.59, Dialect::paper), 200);
  EXPECT_LT(steps_of_momentum(0.61, Dialect::paper), 200);
  EXPECT_EQ(steps_of_momentum(0.66, Dialect::torch), 200);
  EXPECT_LT(steps_of_momentum(0.67, Dialect::torch), 200);
}

// Of a gradient that stays the same the divided steps are r η, with r rising to 1.
TEST(Radam, IsAdamInTheEnd) {
  test::GivenGradients<> f(1, [](Index, Index) { return 1000.0; });
  Radam<double> radam({.learning_rate = 0.01});
  radam.reset(1);
  Vector<double> theta = {0};
  for (int t = 1; t <= 4; ++t) radam.step(f, theta);
  double before = 0;
  for (int t = 5; t <= 10000; ++t) {
    const double length = radam.step(f, theta).step_norm;
    ASSERT_GE(length, before - 1e-9) << t;
    before = length;
  }
  EXPECT_NEAR(before, 0.01, 1e-4);
}

}  // namespace
}  // namespace gradus
