#include "optim/schedule.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace gradus {
namespace {

using namespace schedules;
using testing::HasSubstr;
using testing::ThrowsMessage;

double up_to(double x) { return 4e-16 * x; }

TEST(Schedule, ANumberIsConstant) {
  const Schedule schedule = 0.25;
  for (const Index t : {1, 2, 1000000}) EXPECT_EQ(schedule(t), 0.25);
  EXPECT_EQ(schedule.rate(), 0.25);
  EXPECT_EQ(schedule.name(), "constant");
}

TEST(Schedule, StepsDownEverySoManySteps) {
  const Schedule schedule = Step{.rate = 8, .every = 3, .factor = 0.5};
  const double expected[] = {8, 8, 8, 4, 4, 4, 2};
  for (Index t = 1; t <= 7; ++t) EXPECT_EQ(schedule(t), expected[t - 1]) << t;
}

TEST(Schedule, FollowsTheClosedForms) {
  const Schedule exponential = Exponential{.rate = 2, .decay = 0.5},
                 inverse = InverseTime{.rate = 2, .decay = 0.5},
                 robbins_monro = InverseTime{.rate = 3, .decay = 1}, root = InverseSqrt{.rate = 6};
  EXPECT_EQ(exponential(1), 2);
  EXPECT_EQ(exponential(4), 0.25);
  EXPECT_EQ(inverse(1), 2);
  EXPECT_EQ(inverse(7), 0.5);
  EXPECT_EQ(robbins_monro(10), 0.3);
  EXPECT_EQ(root(1), 6);
  EXPECT_EQ(root(9), 2);
}

TEST(Schedule, PolynomialEndsWhereItShould) {
  const Schedule schedule = Polynomial{.rate = 1, .final_rate = 0.2, .steps = 4, .power = 2};
  const double expected[] = {1, 0.8 * 9 / 16 + 0.2, 0.8 / 4 + 0.2, 0.8 / 16 + 0.2, 0.2, 0.2, 0.2};
  for (Index t = 1; t <= 7; ++t) EXPECT_NEAR(schedule(t), expected[t - 1], up_to(1)) << t;
}

TEST(Schedule, CosinesGoDownByHalfAWave) {
  const Schedule once = Cosine{.rate = 1, .final_rate = 0.5, .steps = 4};
  const double half = std::numbers::sqrt2 / 8;
  const double expected[] = {1, 0.75 + half, 0.75, 0.75 - half, 0.5, 0.5};
  for (Index t = 1; t <= 6; ++t) EXPECT_NEAR(once(t), expected[t - 1], up_to(1)) << t;

  const Schedule again = CosineRestarts{.rate = 1, .final_rate = 0.5, .period = 4};
  for (Index t = 1; t <= 40; ++t) EXPECT_NEAR(again(t), expected[(t - 1) % 4], up_to(1)) << t;
  const Schedule longer = CosineRestarts{.rate = 1, .period = 2, .factor = 2};
  for (const Index t : {1, 3, 7, 15, 31}) EXPECT_EQ(longer(t), 1) << t;
  for (const Index t : {2, 5, 11, 23}) EXPECT_NEAR(longer(t), 0.5, up_to(1)) << t;
}

TEST(Schedule, OneCycleRisesAndFalls) {
  const Schedule schedule =
      OneCycle{.rate = 10, .steps = 101, .rising = 0.25, .start_factor = 10, .end_factor = 100};
  EXPECT_NEAR(schedule(1), 1, up_to(10));
  EXPECT_NEAR(schedule(26), 10, up_to(10));
  EXPECT_NEAR(schedule(101), 0.01, up_to(10));
  EXPECT_NEAR(schedule(1000), 0.01, up_to(10));
  for (Index t = 2; t <= 26; ++t) EXPECT_GT(schedule(t), schedule(t - 1)) << t;
  for (Index t = 27; t <= 101; ++t) EXPECT_LT(schedule(t), schedule(t - 1)) << t;
}

TEST(Schedule, SutskeversMomentumGrowsEvery250Steps) {
  const Schedule schedule = Sutskever{.rate = 0.9};
  EXPECT_EQ(schedule(1), 0.5);
  EXPECT_EQ(schedule(249), 0.5);
  EXPECT_EQ(schedule(250), 0.75);
  EXPECT_NEAR(schedule(500), 1 - 1.0 / 6, up_to(1));
  EXPECT_EQ(schedule(750), 0.875);
  EXPECT_EQ(schedule(100000), 0.9);
}

TEST(Schedule, WarmsUpInFrontOfAnother) {
  const Schedule schedule = Schedule(Step{.rate = 8, .every = 2, .factor = 0.5}).after_warmup(4);
  const double expected[] = {2, 4, 6, 8, 8, 8, 4, 4, 2};
  for (Index t = 1; t <= 9; ++t) EXPECT_EQ(schedule(t), expected[t - 1]) << t;
}

TEST(Schedule, FallsWhereTheLossStaysOnAPlateau) {
  Schedule schedule = ReduceOnPlateau{.rate = 1, .factor = 0.5, .every = 2, .patience = 1, .least_rate = 0.2};
  const auto observe = [&](std::initializer_list<double> losses) {
    for (const double loss : losses) schedule.observe(1, loss);
    return schedule(1);
  };
  EXPECT_EQ(observe({4, 2}), 1);         // mean 3
  EXPECT_EQ(observe({2, 2}), 1);         // 2: better
  EXPECT_EQ(observe({2, 2}), 1);         // waits once
  EXPECT_EQ(observe({1, 2.9999}), 0.5);  // better, but not by 1e-4: no longer patient
  EXPECT_EQ(observe({1, 1}), 0.5);       // better
  EXPECT_EQ(observe({1, 1, 1, 1}), 0.25);
  EXPECT_EQ(observe({1, 1, 1, 1}), 0.2);  // never below least_rate
  schedule.reset();
  EXPECT_EQ(schedule(1), 1);
}

// Losses may rise while the rate does.
TEST(Schedule, APlateauDoesNotCountDuringWarmUp) {
  Schedule schedule =
      Schedule(ReduceOnPlateau{.rate = 1, .factor = 0.5, .every = 1, .patience = 0}).after_warmup(3);
  for (Index t = 1; t <= 3; ++t) schedule.observe(t, 5);
  EXPECT_EQ(schedule(4), 1);
  schedule.observe(4, 5);  // the first that counts
  EXPECT_EQ(schedule(5), 1);
  schedule.observe(5, 5);
  EXPECT_EQ(schedule(6), 0.5);
}

TEST(Schedule, HasAName) {
  for (const char* name : {"constant", "step", "exponential", "polynomial", "inverse-time", "inverse-sqrt",
                           "cosine", "cosine-restarts", "one-cycle", "reduce-on-plateau", "sutskever"})
    EXPECT_EQ(Schedule::from_name(name, 0.5).name(), name);
  EXPECT_THAT([] { Schedule::from_name("cosin", 1); },
              ThrowsMessage<Error>(HasSubstr("Did you mean \"cosine\"?")));
}

}  // namespace
}  // namespace gradus
