// What all first-order methods share: guards, schedules, non-finite gradients. Rules themselves: trajectories_test.cpp.
#include "optim/first_order/first_order.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <set>

#include "base/threads.h"
#include "optim/first_order/adam.h"
#include "optim/first_order/sgd.h"
#include "optim/vector_math.h"
#include "tests/optim/quadratic.h"

namespace gradus {
namespace {

using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// A gradient of all ones, which is not a number at the calls that a test names.
class Ones : public Objective<double> {
 public:
  explicit Ones(Index n, std::set<int> broken = {}) : n_(n), broken_(std::move(broken)) {}
  Index size() const override { return n_; }
  double value(View) override { return 1; }
  double gradient(View, Ref out) override {
    std::ranges::fill(out, 1);
    if (broken_.contains(++calls_)) out.back() = nan;
    return 1;
  }

 private:
  Index n_;
  std::set<int> broken_;
  int calls_ = 0;
};

TEST(FirstOrder, SkipsAsManyStepsInARowAsItMay) {
  Ones f(2, {2, 3, 5, 6, 7});
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
      EXPECT_THAT(message, HasSubstr("The gradient of θ[1] is nan (loss 1); θ is left as it was. "
                                     "The step was left out, 2 of 2 in a row."));
    }
  }
  using enum Status;
  EXPECT_EQ(statuses, (std::vector<Status>{ok, skipped, skipped, ok, skipped, skipped, non_finite}));
  EXPECT_EQ(path, (std::vector<double>{-1, -1, -1, -2, -2, -2, -2}));
}

TEST(FirstOrder, ASkippedStepLeavesTheStateAsItWas) {
  Ones f(3), g(3, {2});
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
  Ones f(1);
  Sgd<double> sgd(
      {.learning_rate = Schedule(schedules::Step{.rate = 4, .every = 2, .factor = 0.5}).after_warmup(2)});
  sgd.reset(1);
  Vector<double> theta = {0};
  std::vector<double> steps;
  for (int i = 0; i < 6; ++i) steps.push_back(sgd.step(f, theta).step_norm);
  EXPECT_EQ(steps, (std::vector<double>{2, 4, 4, 4, 2, 2}));
}

TEST(FirstOrder, StaysInTheBox) {
  Ones f(2);
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
  Ones f(16);
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
  Ones f(n);
  for (const int team : {1, 2, 3}) {
    set_threads(team);
    Sgd<double> sgd({.learning_rate = 0.5});
    sgd.reset(n);
    Vector<double> theta(static_cast<std::size_t>(n), 1);
    EXPECT_NEAR(sgd.step(f, theta).step_norm, 0.5 * std::sqrt(static_cast<double>(n)), 1e-9);
    EXPECT_EQ(theta, Vector<double>(static_cast<std::size_t>(n), 0.5));
  }
  set_threads(2);
}

// In float the square of 1e20 is infinite: the element concerned is named, though θ itself would stay finite.
TEST(FirstOrder, NamesTheElementWhoseStateOverflows) {
  class Huge : public Objective<float> {
   public:
    Index size() const override { return 5000; }
    float value(View) override { return 1; }
    float gradient(View, Ref out) override {
      std::ranges::fill(out, 1.F);
      out[4321] = 1e20F;
      return 1;
    }
  } f;
  Adam adam;
  adam.reset(5000);
  Vector<float> theta(5000, 0);
  const StepReport report = adam.step(f, theta);
  EXPECT_EQ(report.status, Status::non_finite);
  EXPECT_THAT(report.message, HasSubstr("θ[4321]"));
  EXPECT_EQ(first_non_finite(std::span<const float>(theta)), -1);
}

}  // namespace
}  // namespace gradus
