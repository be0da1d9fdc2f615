#include <gtest/gtest.h>

#include "base/threads.h"
#include "tests/nn/run/mlp.h"
#include "tests/support/count_allocations.h"
#include "tests/support/resident_pages.h"

namespace gradus::test {
namespace {

class Allocations : public testing::Test {
 protected:
  Mlp mlp{{30, 40, 20, 10}, 16};
  Plan<double> plan{mlp.all(), 16, mlp.directions};
  void SetUp() override {
    for (const auto& [input, values] : mlp.bindings) plan.bind(input, values);
  }
};

TEST_F(Allocations, AreCounted) {
  const auto before = allocations();
  const auto number = std::make_unique<double>(1);
  const Vector<double> aligned(10);
  EXPECT_EQ(allocations(), before + 2);
}

TEST_F(Allocations, HappenInTheFirstRunAlone) {
  const int threads_before = threads();
  Vector<double> elsewhere(plan.output(1).size());
  for (const int n : {1, 2}) {
    set_threads(n);
    for (int i = 0; i < 3; ++i) plan.run();
    const auto before = allocations();
    for (std::uint64_t i = 0; i < 20; ++i) {
      plan.draw(1, i);
      plan.hold();
      plan.apply();
      plan.bind(mlp.directions[0], mlp.bindings[3].second);
      plan.bind_output(1, elsewhere);
      plan.run();
    }
    EXPECT_EQ(allocations(), before) << n << " threads";
  }
  set_threads(threads_before);
}

TEST_F(Allocations, StayAwayForTenThousandProducts) {
  plan.hold();
  for (int i = 0; i < 100; ++i) plan.apply();
  allocations();  // it starts the threads
  const Index pages = resident_pages();
  const auto count = allocations();
  for (int i = 0; i < 10000; ++i) plan.apply();
  EXPECT_EQ(allocations(), count);
  EXPECT_LE(resident_pages() - pages, 64);
}

}  // namespace
}  // namespace gradus::test
