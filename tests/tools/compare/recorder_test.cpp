#include "tools/compare/recorder.h"

#include <gmock/gmock.h>

namespace gradus::compare {
namespace {

using testing::HasSubstr;

// Makes steps of 1/100 epoch, 2 gradients and 3 seconds, of loss l(step), until the recorder says that it is enough.
struct Drive {
  explicit Drive(Budget budget) : assignment{.method = "sgd", .budget = budget} {}

  Result run(const std::function<double(double)>& loss, double least = 0, Index most = 100000) {
    double now = loss(0);
    Recorder recorder(assignment, least, [&](CurvePoint& point) { point.validation_loss = now; });
    recorder.start();
    StepReport report;
    report.evaluations = {1, 2, 3};
    for (Index t = 1; t <= most; ++t) {
      const auto x = static_cast<double>(t);
      report.loss = loss(x - 1);
      now = loss(x);
      if (!recorder.step(report, x / 100, 2 * x, 3 * x)) break;
    }
    return recorder.finish("It was enough.");
  }
  Assignment assignment;
};

TEST(Recorder, EndsWithTheBudget) {
  const auto steps = [](Budget budget) { return Drive(budget).run([](double) { return 1.0; }).steps; };
  EXPECT_EQ(steps({5, Budget::Unit::epochs}), 500);
  EXPECT_EQ(steps({0.015, Budget::Unit::epochs}), 2);  // the step that reaches it is the last
  EXPECT_EQ(steps({600, Budget::Unit::gradients}), 300);
  EXPECT_EQ(steps({600, Budget::Unit::seconds}), 200);
}

TEST(Recorder, TakesPointsThatAreDenserAtTheStart) {
  const Result result = Drive({50, Budget::Unit::epochs}).run([](double t) { return 1 + 1.0 / (1.0 + t); });
  ASSERT_EQ(result.curve.size(), 41u);
  EXPECT_EQ(result.curve.front().epoch, 0);
  EXPECT_EQ(result.curve.back().epoch, 50);
  EXPECT_EQ(result.curve.back().cost, 10000);
  EXPECT_LT(result.curve[1].epoch, 50.0 / 40);
  for (std::size_t i = 2; i < 41; ++i)  // within a step
    EXPECT_GE(result.curve[i].epoch - result.curve[i - 1].epoch,
              result.curve[i - 1].epoch - result.curve[i - 2].epoch - 0.0101);
}

TEST(Recorder, TrainingLossIsTheMeanOfTheSteps) {
  const Result result = Drive({10, Budget::Unit::epochs}).run([](double t) { return 1.0 + 1e-3 * t; });
  EXPECT_EQ(result.curve[0].training_loss, 1);  // where the first step began
  for (std::size_t i = 1; i < result.curve.size(); ++i) {
    const double first = 100 * result.curve[i - 1].epoch, last = 100 * result.curve[i].epoch - 1;
    EXPECT_NEAR(result.curve[i].training_loss, 1 + 1e-3 * (first + last) / 2, 1e-12);
    EXPECT_NEAR(result.curve[i].validation_loss, 1 + 1e-3 * (last + 1), 1e-12);
  }
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_EQ(result.evaluations.gradients, 2000);
  EXPECT_EQ(result.evaluations.products, 3000);
  EXPECT_EQ(result.reason, "It was enough.");
}

TEST(Recorder, ARunThatStopsEarlyHasAPointAtItsEnd) {
  const Result result = Drive({1000, Budget::Unit::epochs}).run([](double) { return 1.0; }, 0, 7);
  ASSERT_EQ(result.curve.size(), 2u);
  EXPECT_EQ(result.curve.back().epoch, 0.07);
  EXPECT_EQ(result.curve.back().cost, 14);
}

TEST(Recorder, DivergenceIsTenTimesTheStart) {
  const Budget budget{10, Budget::Unit::epochs};
  const Result grown = Drive(budget).run([](double t) { return 2.0 + 0.1 * t; });
  EXPECT_EQ(grown.outcome, Outcome::diverged);
  EXPECT_THAT(grown.reason, HasSubstr("The loss was 2 at the start and 54.5 after 525 steps."));
  EXPECT_GT(grown.curve.back().validation_loss, 20);
  EXPECT_GE(grown.steps, 500);
  EXPECT_LT(grown.steps, 600);
  EXPECT_EQ(Drive(budget).run([](double t) { return t == 0 ? 2.0 : 19.9; }).outcome, Outcome::ok);
  // Counted from the least value that there is: −1 … 3 is four at the start.
  EXPECT_EQ(Drive(budget).run([](double t) { return t == 0 ? 3.0 : 38.0; }, -1).outcome, Outcome::ok);
  EXPECT_EQ(Drive(budget).run([](double t) { return t == 0 ? 3.0 : 40.0; }, -1).outcome, Outcome::diverged);
  // Who comes back in time did not diverge; who is nowhere does not come back.
  EXPECT_EQ(Drive(budget).run([](double t) { return t > 0 && t < 450 ? 1e6 : 1.0; }).outcome, Outcome::ok);
  EXPECT_LT(Drive(budget).run([](double t) { return t < 50 ? 1.0 : unknown; }).steps, 100);
}

TEST(Recorder, ASpikeBetweenPointsIsNoDivergence) {
  EXPECT_EQ(Drive({10, Budget::Unit::epochs}).run([](double t) { return t == 777 ? 1e9 : 1.0; }).outcome,
            Outcome::ok);
}

TEST(Recorder, AStepThatIsNotFiniteIsDivergence) {
  const Assignment assignment{.method = "sgd", .budget = {1, Budget::Unit::epochs}};
  Recorder recorder(assignment, 0, [](CurvePoint& point) { point.validation_loss = 1; });
  recorder.start();
  StepReport report;
  report.status = Status::non_finite;
  report.message = "The gradient is infinite.";
  EXPECT_FALSE(recorder.step(report, 0.01, 1, 1));
  const Result result = recorder.finish("");
  EXPECT_EQ(result.outcome, Outcome::diverged);
  EXPECT_EQ(result.reason, "The gradient is infinite.");
}

TEST(Recorder, AnInterruptedRunIsNoResult) {
  Drive drive({10, Budget::Unit::epochs});
  Index asked = 0;
  drive.assignment.interrupted = [&asked] { return ++asked == 20; };
  const Result result = drive.run([](double) { return 1.0; });
  EXPECT_EQ(result.outcome, Outcome::interrupted);
  EXPECT_EQ(result.steps, 20);
}

}  // namespace
}  // namespace gradus::compare
