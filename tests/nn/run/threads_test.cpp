#include "base/threads.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/nn/run/mlp.h"
#include "tests/nn/run/random_graph.h"

namespace gradus::test {
namespace {

template <class Scalar>
class PlanThreads : public testing::Test {
 protected:
  void TearDown() override { set_threads(before_); }

 private:
  int before_ = threads();
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(PlanThreads, Scalars);

// As bits, so that a NaN equals itself.
template <class Scalar>
std::string difference(const std::vector<Vector<Scalar>>& a, const std::vector<Vector<Scalar>>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < a[i].size(); ++k)
      if (a[i][k] != b[i][k] && !(std::isnan(a[i][k]) && std::isnan(b[i][k])))
        return fmt::format("output {}, element {}: {} and {}", i, k, a[i][k], b[i][k]);
  return "";
}

TYPED_TEST(PlanThreads, DoNotChangeABitOfAPerceptron) {
  for (const auto& widths :
       {std::vector<Index>{30, 20, 10}, {784, 100, 10}, {100, 257, 33, 10}, {50, 64, 64, 64, 3}})
    for (const Index cases : {1, 7, 32, 33, 100, 128}) {
      const Mlp mlp(widths, cases);
      set_threads(1);
      const auto alone = evaluate<TypeParam>(mlp.all(), mlp.bindings, cases);
      for (const int n : {2, 3, 4}) {
        set_threads(n);
        EXPECT_EQ(difference(evaluate<TypeParam>(mlp.all(), mlp.bindings, cases), alone), "")
            << n << " threads, batch of " << cases << ", " << testing::PrintToString(widths);
      }
    }
}

TYPED_TEST(PlanThreads, DoNotChangeABitOfAnyGraph) {
  for (std::uint64_t seed = 0; seed < 300 && !this->HasFailure(); ++seed) {
    const RandomGraph made(seed);
    set_threads(1);
    const auto alone = evaluate<TypeParam>(made.outputs, made.bindings, made.cases);
    for (const int n : {2, 4}) {
      set_threads(n);
      EXPECT_EQ(difference(evaluate<TypeParam>(made.outputs, made.bindings, made.cases), alone), "")
          << n << " threads, graph " << seed;
    }
  }
}

// A thread may be late: what it has still to read must not be written, what it has still to write not be read.
TYPED_TEST(PlanThreads, WaitForEachOther) {
  const Mlp mlp({100, 257, 33, 10}, 128);
  set_threads(1);
  const auto alone = evaluate<TypeParam>(mlp.all(), mlp.bindings, 128);
  set_threads(4);
  Plan<TypeParam> plan(mlp.all(), 128);
  std::vector<Vector<TypeParam>> given;
  for (const auto& [input, values] : mlp.bindings) given.emplace_back(values.begin(), values.end());
  for (std::size_t i = 0; i < given.size(); ++i) plan.bind(mlp.bindings[i].first, given[i]);
  for (int i = 0; i < 50; ++i) {
    plan.run();
    for (std::size_t k = 0; k < alone.size(); ++k)
      ASSERT_TRUE(std::ranges::equal(plan.output(k), alone[k])) << "run " << i << ", output " << k;
  }
}

TYPED_TEST(PlanThreads, OfTheCallerEachHaveTheirPlan) {
  const Mlp mlp({784, 100, 10}, 32);
  set_threads(2);
  const auto alone = evaluate<TypeParam>(mlp.all(), mlp.bindings, 32);
  std::vector<std::string> differences(4);
  std::vector<std::thread> callers;
  for (std::string& found : differences)
    callers.emplace_back([&] {
      for (int i = 0; i < 10 && found.empty(); ++i)
        found = difference(evaluate<TypeParam>(mlp.all(), mlp.bindings, 32), alone);
    });
  for (std::thread& caller : callers) caller.join();
  for (const std::string& found : differences) EXPECT_EQ(found, "");
}

}  // namespace
}  // namespace gradus::test
