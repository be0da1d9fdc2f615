#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "optim/first_order/averaged.h"
#include "optim/first_order/schedule_free_adamw.h"
#include "optim/first_order/schedule_free_sgd.h"
#include "optim/first_order/sgd.h"
#include "tests/optim/quadratic.h"

namespace gradus {
namespace {

test::Quadratic<double> quadratic() { return {{{3, 1}, {1, 0.5}}, {1, -2}}; }

// With β = 0 the gradient is taken at z, so z is gradient descent and x the mean of its iterates.
TEST(ScheduleFree, IsAveragedGradientDescentWithoutInterpolation) {
  auto f = quadratic();
  ScheduleFreeSgd<double> method({.learning_rate = 0.1, .beta = 0});
  Averaged<double> averaged(std::make_unique<Sgd<double>>(SgdOptions{.learning_rate = 0.1}));
  method.reset(2);
  averaged.reset(2);
  Vector<double> theta = {4, 4}, expected = {4, 4};
  for (int t = 0; t < 200; ++t) {
    method.step(f, theta);
    averaged.step(f, expected);
    for (std::size_t i = 0; i < 2; ++i) ASSERT_NEAR(theta[i], expected[i], 1e-12) << t;
  }
}

// With β = 1 the gradient is taken at the average, which is θ.
TEST(ScheduleFree, TakesTheGradientAtThetaWithFullInterpolation) {
  auto f = quadratic();
  ScheduleFreeSgd<double> method({.learning_rate = 0.1, .beta = 1});
  method.reset(2);
  Vector<double> theta = {4, 4};
  for (int t = 0; t < 20; ++t) {
    const double expected = f.value(theta);
    EXPECT_DOUBLE_EQ(method.step(f, theta).loss, expected) << t;  // multiply-adds may be fused or not
  }
}

TEST(ScheduleFree, KeepsIterateAndAverageInTheBox) {
  auto f = quadratic();  // the minimum, (5, −14), is outside
  ScheduleFreeAdamw<double> method({.learning_rate = 0.5, .guards = {.box_low = -1, .box_high = 2}});
  method.reset(2);
  Vector<double> theta = {4, 4};
  for (int t = 0; t < 300; ++t) {
    method.step(f, theta);
    for (const double x : theta) {
      ASSERT_GE(x, -1) << t;
      ASSERT_LE(x, 2) << t;
    }
  }
  EXPECT_NEAR(theta[0], 2.0 / 3, 0.02);  // where 3x + y = 1 at y = −1
  EXPECT_NEAR(theta[1], -1, 0.02);
}

TEST(ScheduleFree, WarmsUp) {
  auto f = quadratic();
  ScheduleFreeSgd<double> method({.learning_rate = 0.1, .warmup_steps = 4});
  Sgd<double> sgd({.learning_rate = 0.025});
  method.reset(2);
  sgd.reset(2);
  Vector<double> theta = {4, 4}, expected = {4, 4};
  method.step(f, theta);
  sgd.step(f, expected);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(theta[i], expected[i], 1e-15);
}

}  // namespace
}  // namespace gradus
