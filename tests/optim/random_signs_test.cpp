#include "optim/random_signs.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/threads.h"
#include "base/vector.h"

namespace gradus {
namespace {

TEST(RandomSigns, AreTheBitsOfTheBlocksInOrder) {
  const Random random(5, "signs", 2);
  Vector<double> z(300);
  random_signs(random, z);
  for (std::size_t i = 0; i < z.size(); ++i) {
    const std::uint32_t word = random.block(i / 128)[i % 128 / 32];
    EXPECT_EQ(z[i], (word >> (i % 32)) % 2 == 1 ? 1 : -1) << i;
  }
}

TEST(RandomSigns, AreBalancedAndUncorrelated) {
  constexpr Index n = 100003;
  Vector<float> z(n);
  random_signs(Random(1, "signs"), z);
  double sum = 0, neighbours = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    ASSERT_EQ(std::abs(z[i]), 1);
    sum += z[i];
    if (i > 0) neighbours += z[i] * z[i - 1];
  }
  EXPECT_LT(std::abs(sum), 4 * std::sqrt(n));  // four standard deviations
  EXPECT_LT(std::abs(neighbours), 4 * std::sqrt(n));
}

TEST(RandomSigns, AreTheSameOnAnyNumberOfThreadsAndInBothPrecisions) {
  const int before = threads();
  Vector<double> first(20000);
  set_threads(1);
  random_signs(Random(1, "signs"), first);
  for (const int count : {2, 3}) {
    set_threads(count);
    Vector<float> z(first.size());
    random_signs(Random(1, "signs"), z);
    EXPECT_TRUE(std::equal(z.begin(), z.end(), first.begin())) << count;
  }
  set_threads(before);
}

TEST(RandomSigns, OfNothing) { random_signs(Random(1, "signs"), std::span<double>()); }

}  // namespace
}  // namespace gradus
