#include <gmock/gmock.h>

#include <cmath>
#include <set>

#include "base/threads.h"
#include "nn/graph/derive.h"
#include "nn/graph/ops.h"
#include "nn/run/plan.h"

namespace gradus::test {
namespace {

using Tensors = std::vector<Tensor>;

Vector<float> mask(double rate, const char* purpose, std::uint64_t seed, std::uint64_t step,
                   Shape shape = {300, 333}) {
  Graph g;
  Plan<float> plan(Tensors{dropout_mask(g, shape, rate, purpose)}, 1);
  plan.draw(seed, step);
  plan.run();
  return {plan.output(0).begin(), plan.output(0).end()};
}

TEST(DropoutMask, HoldsZerosAtItsRateAndOneOnAverage) {
  for (const double rate : {0.0, 0.1, 0.5, 0.9}) {
    const auto m = mask(rate, "a", 1, 2);
    const auto n = static_cast<double>(m.size());
    double zeros = 0, total = 0;
    for (const float v : m) {
      EXPECT_TRUE(v == 0 || v == static_cast<float>(1 / (1 - rate)));
      zeros += v == 0;
      total += v;
    }
    const double deviation = std::sqrt(rate * (1 - rate) / n);  // of the share of zeros
    EXPECT_NEAR(zeros / n, rate, 4 * deviation);
    EXPECT_NEAR(total / n, 1, 4 * deviation / (1 - rate) + 1e-7);
  }
}

TEST(DropoutMask, IsAFunctionOfSeedStepAndPurpose) {
  EXPECT_EQ(mask(0.5, "a", 1, 2), mask(0.5, "a", 1, 2));
  const std::set<Vector<float>> others{mask(0.5, "a", 1, 2), mask(0.5, "a", 2, 2), mask(0.5, "a", 1, 3),
                                       mask(0.5, "b", 1, 2), mask(0.5, "a", 2, 1)};
  EXPECT_EQ(others.size(), 5u);
  EXPECT_EQ(mask(0.5, "a", 0, 0), [] {
    Graph g;
    Plan<float> plan(Tensors{dropout_mask(g, {300, 333}, 0.5, "a")}, 1);
    plan.run();
    return Vector<float>(plan.output(0).begin(), plan.output(0).end());
  }()) << "at first that of (0, 0)";
  for (const Index n : {1, 2, 3, 4, 5, 7, 1023}) {
    const auto part = mask(0.5, "a", 1, 2, {n}), whole = mask(0.5, "a", 1, 2);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin())) << n;
  }
}

TEST(DropoutMask, StaysUntilItIsDrawnAnew) {
  Graph g;
  const Tensor x = g.input("x", {batch, 50}), y = x * dropout_mask(g, x.shape(), 0.5, "a");
  Plan<double> plan(Tensors{y, grad(sum(y), Tensors{x})[0]}, 20);
  const Vector<double> ones(1000, 1);
  plan.bind(x, ones);
  plan.run();
  const Vector<double> first(plan.output(0).begin(), plan.output(0).end());
  EXPECT_THAT(plan.output(1), testing::ElementsAreArray(first)) << "forward and backward see one mask";
  plan.run();
  EXPECT_THAT(plan.output(0), testing::ElementsAreArray(first));
  plan.draw(0, 1);
  plan.run();
  EXPECT_THAT(plan.output(0), testing::Not(testing::ElementsAreArray(first)));
  plan.draw(0, 0);
  plan.run();
  EXPECT_THAT(plan.output(0), testing::ElementsAreArray(first));
}

TEST(DropoutMaskThreads, DoNotMatter) {
  const int before = threads();
  set_threads(1);
  const auto alone = mask(0.3, "a", 5, 6);
  for (const int n : {2, 3, 4}) {
    set_threads(n);
    EXPECT_EQ(mask(0.3, "a", 5, 6), alone) << n;
  }
  set_threads(before);
}

}  // namespace
}  // namespace gradus::test
