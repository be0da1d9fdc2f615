#include "optim/first_order/averaged.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <memory>

#include "optim/first_order/sgd.h"
#include "tests/optim/given_gradients.h"
#include "tests/optim/quadratic.h"

namespace gradus {
namespace {

test::Quadratic<double> quadratic() { return {{{3, 1}, {1, 0.5}}, {1, -2}}; }

TEST(Averaged, IsTheMeanOfTheInnerIterates) {
  auto f = quadratic();
  Averaged<double> averaged({.inner = R"({"method": "sgd", "learning_rate": 0.1})"});
  Sgd<double> sgd({.learning_rate = 0.1});
  averaged.reset(2);
  sgd.reset(2);
  Vector<double> theta = {4, 4}, iterate = {4, 4};
  long double sum[] = {0, 0};
  for (int t = 1; t <= 1000; ++t) {
    const Vector<double> before = theta;
    const StepReport report = averaged.step(f, theta);
    sgd.step(f, iterate);
    for (std::size_t i = 0; i < 2; ++i) {
      sum[i] += iterate[i];
      ASSERT_NEAR(theta[i], static_cast<double>(sum[i] / t), 1e-12) << t;
    }
    ASSERT_NEAR(report.step_norm, std::hypot(theta[0] - before[0], theta[1] - before[1]), 1e-14) << t;
  }
}

// Weights that fall by `decay` from each iterate to the one before it, and add up to 1.
TEST(Averaged, ForgetsExponentially) {
  constexpr double decay = 0.75;
  const auto g = [](Index t, Index) { return std::sin(static_cast<double>(t)); };
  test::GivenGradients<> f(1, g);
  Averaged<double> averaged(std::make_unique<Sgd<double>>(SgdOptions{.learning_rate = 1}), {.decay = decay});
  averaged.reset(1);
  Vector<double> theta = {3};
  double iterate = 3, sum = 0, weights = 0;
  for (Index t = 1; t <= 50; ++t) {
    averaged.step(f, theta);
    iterate -= g(t, 0);
    sum = decay * sum + iterate;
    weights = decay * weights + 1;
    ASSERT_NEAR(theta[0], sum / weights, 1e-14) << t;
  }
}

TEST(Averaged, DoesNotCountStepsThatAreLeftOut) {
  const auto g = [](Index t, Index) { return t == 2 ? std::numeric_limits<double>::quiet_NaN() : 1.0; };
  test::GivenGradients<> f(1, g);
  Averaged<double> averaged(
      std::make_unique<Sgd<double>>(SgdOptions{.learning_rate = 1, .guards = {.skip_non_finite = 1}}));
  averaged.reset(1);
  Vector<double> theta = {0};
  averaged.step(f, theta);
  const StepReport report = averaged.step(f, theta);
  EXPECT_EQ(report.status, Status::skipped);
  EXPECT_EQ(report.step_norm, 0);
  EXPECT_EQ(theta[0], -1);
  averaged.step(f, theta);
  EXPECT_EQ(theta[0], -1.5);
}

// Iterates 1.7, 0.2 and −1.3 times 1e308: the last is farther from the mean of the others than there are numbers.
class Falling : public Objective<double> {
 public:
  Index size() const override { return 1; }
  double value(View) override { return 0; }
  double gradient(View, Ref out) override {
    out[0] = calls_++ == 0 ? 0 : 1e308;
    return 0;
  }

 private:
  int calls_ = 0;
};

TEST(Averaged, StaysFiniteBetweenHugeIterates) {
  Falling f;
  Averaged<double> averaged(std::make_unique<Sgd<double>>(SgdOptions{.learning_rate = 1.5}));
  averaged.reset(1);
  Vector<double> theta = {1.7e308};
  for (const double expected : {1.7e308, 0.95e308, 0.2e308}) {
    ASSERT_EQ(averaged.step(f, theta).status, Status::ok);
    EXPECT_NEAR(theta[0], expected, 1e294);
  }
}

}  // namespace
}  // namespace gradus
