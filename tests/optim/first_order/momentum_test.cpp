#include "optim/first_order/momentum.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/optim/given_gradients.h"

namespace gradus {
namespace {

// Where rates or coefficients change from step to step, the velocity keeps the old ones and torch's buffer does not.
TEST(Momentum, FollowsItsSchedules) {
  const Schedule eta = schedules::InverseSqrt{.rate = 0.5}, mu = schedules::Sutskever{.rate = 0.6};
  const auto g = [](Index t, Index) { return std::sin(static_cast<double>(t)); };
  for (const Dialect dialect : {Dialect::paper, Dialect::lecture, Dialect::keras, Dialect::torch}) {
    test::GivenGradients<> f(1, g);
    Momentum<double> momentum({.learning_rate = eta, .momentum = mu, .dialect = dialect});
    momentum.reset(1);
    Vector<double> theta = {1};
    double expected = 1, v = 0;
    for (Index t = 1; t <= 600; ++t) {  // beyond 250, where μ rises from 0.5 to 0.6
      if (dialect == Dialect::torch) {
        v = mu(t) * v + g(t, 0);
        expected -= eta(t) * v;
      } else {
        v = mu(t) * v - eta(t) * g(t, 0);
        expected += v;
      }
      momentum.step(f, theta);
      ASSERT_NEAR(theta[0], expected, 1e-12) << name(dialect) << ' ' << t;
    }
  }
  EXPECT_EQ(mu(1), 0.5);
  EXPECT_EQ(mu(600), 0.6);
}

// A gradient that stays the same moves θ by η/(1 − μ) times it in the end.
TEST(Momentum, ReachesItsTerminalVelocity) {
  test::GivenGradients<> f(1, [](Index, Index) { return 2.0; });
  Momentum<double> momentum({.learning_rate = 0.1, .momentum = 0.9});
  momentum.reset(1);
  Vector<double> theta = {0};
  for (int t = 0; t < 400; ++t) momentum.step(f, theta);
  EXPECT_NEAR(momentum.step(f, theta).step_norm, 0.1 / (1 - 0.9) * 2, 1e-12);
}

}  // namespace
}  // namespace gradus
