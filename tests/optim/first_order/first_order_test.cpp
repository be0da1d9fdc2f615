// What all first-order methods share: guards, schedules, non-finite gradients. Rules themselves: trajectories_test.cpp.
#include "optim/first_order/first_order.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <set>

#include "base/threads.h"
#include "optim/first_order/adam.h"
#include "optim/first_order/lars.h"
#include "optim/first_order/momentum.h"
#include "optim/first_order/nesterov.h"
#include "optim/first_order/sgd.h"
#include "optim/vector_math.h"
#include "tests/optim/given_gradients.h"
#include "tests/support/restore_threads.h"

namespace gradus {
namespace {

using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// A gradient of all ones, whose last element is not a number at the calls that a test names.
template <class Scalar = double>
test::GivenGradients<Scalar> ones(Index n, const std::set<Index>& broken = {}) {
  const auto g = [=](Index t, Index i) {
    return static_cast<Scalar>(i == n - 1 && broken.contains(t) ? nan : 1);
  };
  return test::GivenGradients<Scalar>(n, g, Scalar(1));
}

TEST(FirstOrder, SkipsAsManyStepsInARowAsItMay) {
  auto f = ones(2, {2, 3, 5, 6, 7});
  Sgd<double> sgd({.learning_rate = 1, .guards = {.skip_non_finite = 2}});
  sgd.reset(2);
  Vector<double> theta = {0, 0};
  std::vector<Status> statuses;
  std::vector<double> path;
  std::string message;
  for (int call = 1; call <= 7; ++call) {
    const StepReport report = sgd.step(f, theta);
    statuses.push_back(report.status);
    path.push_back(theta[0]);
    message = report.message;
    if (call == 3) {
      EXPECT_THAT(message, HasSubstr("The gradient of θ[1] is nan in step 2 (loss 1); θ is left as it was. "
                                     "The step was left out, 2 of 2 in a row."));
    }
  }
  using enum Status;
  EXPECT_EQ(statuses, (std::vector<Status>{ok, skipped, skipped, ok, skipped, skipped, non_finite}));
  EXPECT_EQ(path, (std::vector<double>{-1, -1, -1, -2, -2, -2, -2}));
}

TEST(FirstOrder, ASkippedStepLeavesTheStateAsItWas) {
  auto f = ones(3), g = ones(3, {2});
  const AdamOptions options{.guards = {.skip_non_finite = 1}};
  Adam<double> smooth(options), skipping(options);
  smooth.reset(3);
  skipping.reset(3);
  Vector<double> a(3, 0), b(3, 0);
  for (int i = 0; i < 4; ++i) smooth.step(f, a);
  for (int i = 0; i < 5; ++i) skipping.step(g, b);
  EXPECT_EQ(a, b);
}

TEST(FirstOrder, TakesTheRateOfItsSchedule) {
  auto f = ones(1);
  Sgd<double> sgd(
      {.learning_rate = Schedule(schedules::Step{.rate = 4, .every = 2, .factor = 0.5}).after_warmup(2)});
  sgd.reset(1);
  Vector<double> theta = {0};
  std::vector<double> steps;
  for (int i = 0; i < 6; ++i) steps.push_back(sgd.step(f, theta).step_norm);
  EXPECT_EQ(steps, (std::vector<double>{2, 4, 4, 4, 2, 2}));
}

TEST(FirstOrder, StaysInTheBox) {
  auto f = ones(2);
  Sgd<double> sgd({.learning_rate = 0.75, .guards = {.box_low = -1, .box_high = 1}});
  sgd.reset(2);
  Vector<double> theta = {0, 3};
  const StepReport report = sgd.step(f, theta);
  EXPECT_EQ(theta, (Vector<double>{-0.75, 1}));
  EXPECT_EQ(report.step_norm, std::hypot(0.75, 2));
  sgd.step(f, theta);
  EXPECT_EQ(theta, (Vector<double>{-1, 0.25}));
}

TEST(FirstOrder, ClipsLongGradientsAlone) {
  auto f = ones(16);
  for (const auto& [limit, expected] : {std::pair{8.0, 1.0}, std::pair{4.0, 1.0}, std::pair{2.0, 0.5}}) {
    Sgd<double> sgd({.learning_rate = 1, .guards = {.clip_norm = limit}});
    sgd.reset(16);
    Vector<double> theta(16, 0);
    const StepReport report = sgd.step(f, theta);
    EXPECT_EQ(theta, Vector<double>(16, -expected));
    EXPECT_EQ(report.gradient_norm, 4) << "as it was, before clipping";
  }
}

// The step's length, added up in parts, over more elements than one thread takes at a time.
TEST(FirstOrder, ReportsTheStepsLengthOfLongVectors) {
  const Index n = 300001;
  auto f = ones(n);
  const test::RestoreThreads restore;
  for (const int team : {1, 2, 3}) {
    set_threads(team);
    Sgd<double> sgd({.learning_rate = 0.5});
    sgd.reset(n);
    Vector<double> theta(static_cast<std::size_t>(n), 1);
    EXPECT_NEAR(sgd.step(f, theta).step_norm, 0.5 * std::sqrt(static_cast<double>(n)), 1e-9);
    EXPECT_EQ(theta, Vector<double>(static_cast<std::size_t>(n), 0.5));
  }
}

// Where the squares of its elements overflow or vanish, and in a vector of zeros.
template <class Scalar>
void expect_length(double step, Index n) {
  auto f = ones<Scalar>(n);
  Sgd<Scalar> sgd({.learning_rate = step});
  sgd.reset(n);
  Vector<Scalar> theta(static_cast<std::size_t>(n), 0);
  const double expected = step * std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(sgd.step(f, theta).step_norm, expected, 1e-6 * expected);
}
TEST(FirstOrder, ReportsTheLengthOfHugeAndTinySteps) {
  for (const Index n : {1, 3, 5000}) {
    for (const double step : {1e30, 1e20, 1.0, 1e-20, 1e-30, 1e-38}) expect_length<float>(step, n);
    for (const double step : {1e300, 1e160, 1.0, 1e-160, 1e-300}) expect_length<double>(step, n);
  }
  test::GivenGradients<double> still(Vector<double>(5000, 0));
  Sgd<double> sgd;
  sgd.reset(5000);
  Vector<double> theta(5000, 1);
  EXPECT_EQ(sgd.step(still, theta).step_norm, 0);
}

// In float the square of 1e20 is infinite: the element concerned is named, though θ itself would stay finite.
TEST(FirstOrder, NamesTheElementWhoseStateOverflows) {
  test::GivenGradients<float> f(
      5000, [](Index t, Index i) { return t == 1 && i == 4321 ? 1e20F : 1.F; }, 1.F);
  Adam adam({.learning_rate = 0.25});
  adam.reset(5000);
  Vector<float> theta(5000, 0);
  const StepReport report = adam.step(f, theta);
  EXPECT_EQ(report.status, Status::non_finite);
  EXPECT_THAT(report.message, HasSubstr("Step 1 overflows θ[4321]"));
  EXPECT_EQ(theta[4321], 0);
  EXPECT_NEAR(theta[4320], -0.25, 1e-6);
  EXPECT_NEAR(report.step_norm, 0.25 * std::sqrt(4999), 1e-4);
  // Its state stayed as well, so it goes on.
  EXPECT_EQ(adam.step(f, theta).status, Status::ok);
  EXPECT_LT(theta[4321], -0.1);
}

// A momentum's own plateau hears of the losses, is part of the state, and is forgotten.
template <class Method, class Options>
void expect_momentum_follows_its_plateau() {
  Options options;
  options.learning_rate = 1;
  options.momentum = schedules::ReduceOnPlateau{.rate = 0.5, .factor = 0.5, .every = 1, .patience = 0};
  Method method(options);
  for (int run = 0; run < 2; ++run) {
    auto f = ones(1);
    Vector<double> theta = {0};
    method.reset(1);
    std::vector<double> steps;
    for (int t = 0; t < 4; ++t) steps.push_back(method.step(f, theta).step_norm);
    // μ = 1/2, 1/2, 1/4, 1/8
    EXPECT_EQ(steps, (std::vector<double>{1, 1.5, 1.375, 1.171875})) << run;
  }
}
TEST(FirstOrder, TellsAllSchedulesOfTheLoss) {
  expect_momentum_follows_its_plateau<Momentum<double>, MomentumOptions>();
  expect_momentum_follows_its_plateau<Nesterov<double>, NesterovOptions>();
  expect_momentum_follows_its_plateau<Lars<double>, LarsOptions>();
}

}  // namespace
}  // namespace gradus
