#include "data/batches.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "data/shuffle.h"
#include "tests/support/count_allocations.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using test::message_of;
using testing::AllOf, testing::ElementsAre, testing::HasSubstr;

std::vector<Index> epoch_of(Batches& batches, Index epoch) {
  std::vector<Index> order;
  for (Index k = 0; k < batches.count(); ++k)
    for (const Index i : batches.batch(epoch, k)) order.push_back(i);
  return order;
}

TEST(Batches, CutsAnEpoch) {
  Batches batches(7, 3, {.shuffle = false});
  EXPECT_EQ(batches.count(), 3);
  EXPECT_THAT(batches.batch(0, 0), ElementsAre(0, 1, 2));
  EXPECT_THAT(batches.batch(0, 2), ElementsAre(6));
  EXPECT_THAT(batches.batch(5, 1), ElementsAre(3, 4, 5));
}

TEST(Batches, KeepsOrDropsThePartialOne) {
  EXPECT_EQ(Batches(7, 3, {.drop_last = true}).count(), 2);
  EXPECT_EQ(Batches(6, 3).count(), 2);
  EXPECT_EQ(Batches(6, 3, {.drop_last = true}).count(), 2);
  Batches dropped(7, 3, {.drop_last = true});
  EXPECT_EQ(epoch_of(dropped, 0).size(), 6u);
}

TEST(Batches, MayOverlap) {
  Batches batches(11, 4, {.shuffle = false, .overlap = 1});
  ASSERT_EQ(batches.count(), 4);
  EXPECT_THAT(batches.batch(0, 0), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(batches.batch(0, 1), ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(batches.batch(0, 2), ElementsAre(6, 7, 8, 9));
  EXPECT_THAT(batches.batch(0, 3), ElementsAre(9, 10));
  for (const Index k : {0, 1, 2}) EXPECT_EQ(batches.shared_with_next(k), 1);
  EXPECT_EQ(batches.shared_with_next(3), 0);
  EXPECT_EQ(Batches(11, 4, {.drop_last = true, .overlap = 1}).count(), 3);
  EXPECT_EQ(Batches(10, 4, {.overlap = 1}).count(), 3);
  for (const Index cases : {1, 3, 8}) EXPECT_EQ(Batches(cases, 8, {.overlap = 5}).count(), 1) << cases;
  EXPECT_EQ(Batches(9, 8, {.overlap = 5}).count(), 2);
}

TEST(Batches, TakesAnySize) {
  const Index huge = std::numeric_limits<Index>::max();
  for (const Index size : {Index{1}, Index{5}, Index{6}, huge}) {
    Batches batches(5, size);
    EXPECT_EQ(batches.count(), size == 1 ? 5 : 1);
    EXPECT_EQ(batches.batch(0, 0).size(), size == 1 ? 1u : 5u);
    EXPECT_THAT(epoch_of(batches, 3), testing::UnorderedElementsAre(0, 1, 2, 3, 4));
  }
  Batches one(1, 1);
  EXPECT_THAT(one.batch(9, 0), ElementsAre(0));
}

TEST(Batches, EveryEpochIsAPermutationOfItsOwn) {
  Batches batches(1000, 64, {.seed = 3});
  std::vector<Index> all(1000);
  std::iota(all.begin(), all.end(), Index{0});
  std::vector<std::vector<Index>> orders;
  for (const Index epoch : {0, 1, 2}) {
    orders.push_back(epoch_of(batches, epoch));
    std::vector<Index> sorted = orders.back();
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted, all);
    EXPECT_NE(orders.back(), all);
  }
  EXPECT_NE(orders[0], orders[1]);
  EXPECT_NE(orders[1], orders[2]);
}

TEST(Batches, DependOnSeedAndEpochAlone) {
  Batches batches(100, 10, {.seed = 3}), again(100, 7, {.seed = 3}), other(100, 10, {.seed = 4});
  const std::vector<Index> fifth = epoch_of(batches, 5);
  epoch_of(batches, 1);
  EXPECT_EQ(epoch_of(batches, 5), fifth);
  EXPECT_EQ(epoch_of(again, 5), fifth);
  EXPECT_NE(epoch_of(other, 5), fifth);
}

TEST(Batches, AllocateOnlyWhenMade) {
  Batches batches(1000, 32);
  const auto before = test::allocations();
  Index sum = 0;
  for (Index epoch = 0; epoch < 3; ++epoch)
    for (Index k = 0; k < batches.count(); ++k) sum += batches.batch(epoch, k).front();
  EXPECT_EQ(test::allocations(), before);
  EXPECT_GT(sum, 0);
}

TEST(Batches, RefuseNonsense) {
  EXPECT_THAT(message_of([] { Batches(0, 1); }), AllOf(HasSubstr("at least one case"), HasSubstr("0")));
  EXPECT_THAT(message_of([] { Batches(-3, 1); }), HasSubstr("-3"));
  EXPECT_THAT(message_of([] { Batches(5, 0); }), HasSubstr("batch size must be at least 1, not 0"));
  EXPECT_THAT(message_of([] { Batches(5, -2); }), HasSubstr("not -2"));
  EXPECT_THAT(message_of([] { Batches(5, 6, {.drop_last = true}); }),
              AllOf(HasSubstr("5 cases"), HasSubstr("6")));
  for (const Index overlap : {-1, 4})
    EXPECT_THAT(message_of([=] { Batches(9, 4, {.overlap = overlap}); }),
                HasSubstr("overlap by 0 to 3 cases, not by " + std::to_string(overlap)));
  Batches batches(5, 2);
  EXPECT_THAT(message_of([&] { batches.batch(0, 3); }), AllOf(HasSubstr("0 to 2"), HasSubstr("no batch 3")));
  EXPECT_THAT(message_of([&] { batches.batch(0, -1); }), HasSubstr("no batch -1"));
  EXPECT_THAT(message_of([&] { batches.batch(-1, 0); }), HasSubstr("no epoch -1"));
}

TEST(Shuffle, DrawsEveryOrderEquallyOften) {
  constexpr int draws = 24'000;  // each of 24 orders 1000 times, with a standard deviation of 31
  std::map<std::vector<Index>, int> counts;
  for (int i = 0; i < draws; ++i) {
    std::vector<Index> order = {0, 1, 2, 3};
    shuffle(order, Random(1, "test", static_cast<std::uint64_t>(i)));
    ++counts[order];
  }
  ASSERT_EQ(counts.size(), 24u);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 4.5 * 31);
}

TEST(Shuffle, LeavesNothingAndOneAlone) {
  std::vector<Index> none, one = {7};
  shuffle(none, Random(1, "test"));
  shuffle(one, Random(1, "test"));
  EXPECT_THAT(one, ElementsAre(7));
}

}  // namespace
}  // namespace gradus
