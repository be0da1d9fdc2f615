#include "tools/report/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tools/report/numbers.h"

namespace gradus::report {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Run run_of(const std::vector<std::pair<double, double>>& points) {
  Run run;
  for (const auto& [x, loss] : points)
    run.curve.push_back({{x, 10 * x, x / 2}, {loss, unknown, 1 - loss, unknown}});
  return run;
}

// R: quantile(c(3, 1, 2, 10), type = 7) is 1, 1.75, 2.5, 4.75, 10.
TEST(Quantile, InterpolatesBetweenSortedValues) {
  const std::vector<double> values{3, 1, 2, 10};
  EXPECT_DOUBLE_EQ(quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile(values, 0.75), 4.75);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 10);
}

TEST(Quantile, LeavesOutWhatIsUnknownAndBearsInfinities) {
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
  EXPECT_TRUE(std::isnan(quantile({unknown}, 0.5)));
  EXPECT_DOUBLE_EQ(quantile({unknown, 4}, 0.25), 4);
  EXPECT_DOUBLE_EQ(quantile({1, 2, infinity}, 0.5), 2);
  EXPECT_EQ(quantile({1, infinity, infinity}, 0.5), infinity);
  EXPECT_EQ(quantile({1, infinity}, 0.5), infinity);
  EXPECT_EQ(quantile({infinity, infinity}, 0.25), infinity);
  EXPECT_EQ(quantile({-infinity, 0.9}, 0), -infinity);
}

TEST(SpreadOfValues, IsQuartilesOrTheRange) {
  const std::vector<double> values{5, 1, 4, 2, 3};
  const Spread quartiles = spread(values, true), range = spread(values, false);
  EXPECT_EQ(quartiles.low, 2);
  EXPECT_EQ(quartiles.median, 3);
  EXPECT_EQ(quartiles.high, 4);
  EXPECT_EQ(range.low, 1);
  EXPECT_EQ(range.median, 3);
  EXPECT_EQ(range.high, 5);
}

TEST(ValueAt, InterpolatesAlongTheAxis) {
  const report::Run run = run_of({{0, 8}, {2, 4}, {6, 2}});
  const auto at = [&](double x) { return value_at(run, Axis::epochs, Metric::validation_loss, x); };
  EXPECT_EQ(at(0), 8);
  EXPECT_EQ(at(1), 6);
  EXPECT_EQ(at(2), 4);
  EXPECT_EQ(at(5), 2.5);
  EXPECT_EQ(at(6), 2);
  EXPECT_EQ(at(100), 2);
  EXPECT_TRUE(std::isnan(at(-1)));
  EXPECT_EQ(value_at(run, Axis::gradients, Metric::validation_loss, 10), 6);
  EXPECT_EQ(value_at(run, Axis::seconds, Metric::validation_loss, 0.5), 6);
  EXPECT_TRUE(std::isnan(value_at(run, Axis::epochs, Metric::training_loss, 1)));
}

TEST(ValueAt, OfADivergedRunIsTheWorstAfterItsEnd) {
  report::Run run = run_of({{0, 8}, {2, 100}, {3, unknown}});
  run.status = RunStatus::diverged;
  EXPECT_EQ(value_at(run, Axis::epochs, Metric::validation_loss, 2), 100);
  EXPECT_EQ(value_at(run, Axis::epochs, Metric::validation_loss, 2.1), infinity);
  EXPECT_EQ(value_at(run, Axis::epochs, Metric::validation_accuracy, 2.1), -infinity);
}

TEST(ValueAt, BearsPointsAtOnePlace) {
  const report::Run run = run_of({{0, 8}, {1, 4}, {1, 3}, {2, 1}});
  EXPECT_EQ(value_at(run, Axis::epochs, Metric::validation_loss, 1), 3);
  EXPECT_EQ(value_at(run, Axis::epochs, Metric::validation_loss, 1.5), 2);
}

TEST(FirstReaching, InterpolatesWhereTheTargetIsCrossed) {
  const report::Run run = run_of({{0, 8}, {2, 4}, {3, 5}, {6, 2}});
  const auto reach = [&](double target) {
    return first_reaching(run, Axis::epochs, Metric::validation_loss, target);
  };
  EXPECT_EQ(reach(9), 0);
  EXPECT_EQ(reach(8), 0);
  EXPECT_EQ(reach(6), 1);
  EXPECT_EQ(reach(4), 2);
  EXPECT_EQ(reach(3), 5);
  EXPECT_EQ(reach(2), 6);
  EXPECT_EQ(reach(1.9), infinity);
  EXPECT_EQ(first_reaching(run, Axis::gradients, Metric::validation_loss, 6), 10);
  EXPECT_EQ(first_reaching(run, Axis::epochs, Metric::training_loss, 6), infinity);
}

TEST(FirstReaching, IsNotForARunThatDidNotEndWell) {
  report::Run run = run_of({{0, 8}, {2, 4}, {3, unknown}});
  for (const RunStatus status : {RunStatus::diverged, RunStatus::failed}) {
    run.status = status;
    EXPECT_EQ(first_reaching(run, Axis::epochs, Metric::validation_loss, 6), infinity);
  }
}

TEST(Numbers, AreShownWithThreeDigits) {
  EXPECT_EQ(shown(0.071349), "0.0713");
  EXPECT_EQ(shown(0.0999999), "0.100");
  EXPECT_EQ(shown(2), "2.00");
  EXPECT_EQ(shown(-2.346), "-2.35");
  EXPECT_EQ(shown(123.4), "123");
  EXPECT_EQ(shown(999.7), "1000");
  EXPECT_EQ(shown(2150), "2150");
  EXPECT_EQ(shown(1336610), "1\u202f340\u202f000");
  EXPECT_EQ(shown(3.2e-12), "3.20e-12");
  EXPECT_EQ(shown(0), "0");
  EXPECT_EQ(shown(infinity), "∞");
  EXPECT_EQ(shown(unknown), "–");
  EXPECT_EQ(whole(1336610), "1\u202f336\u202f610");
  EXPECT_EQ(whole(128), "128");
  EXPECT_EQ(exact(0.03), "0.03");
  EXPECT_EQ(percent(0.97824), "97.82 %");
  EXPECT_EQ(duration(0.0125), "12.5 ms");
  EXPECT_EQ(duration(12.34), "12.3 s");
  EXPECT_EQ(duration(245), "4 min 5 s");
  EXPECT_EQ(duration(7380), "2 h 3 min");
  EXPECT_EQ(enumerated({"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(counted(1, "seed"), "1 seed");
}

}  // namespace
}  // namespace gradus::report
