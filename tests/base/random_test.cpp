#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

namespace gradus {
namespace {

using Words = std::array<std::uint32_t, 4>;

// Philox4x32-10 as its paper states it (Salmon et al. 2011, section 3.3), written independently of the library.
Words philox(Words counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0],
                        b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

// The three known answers that Random123 publishes for philox4x32-10.
TEST(Random, ReferencePhiloxGivesThePublishedAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// The stream is part of every saved result, so it may never change: counter (block, step), key = philox(FNV-1a of the
// purpose, key = seed), low halves first.
TEST(Random, StreamIsPhiloxOfBlockAndStepUnderAKeyOfSeedAndPurpose) {
  const std::uint64_t fnv1a_of_a = 0xaf63dc4c8601ec8c;  // published test vector
  const std::uint64_t seed = 0x0123456789abcdef, step = 0xfedcba9876543210, index = 0x1122334455667788;
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  const Words key = philox({low(fnv1a_of_a), high(fnv1a_of_a), 0, 0}, {low(seed), high(seed)});

  EXPECT_EQ(Random(seed, "a", step).block(index),
            philox({low(index), high(index), low(step), high(step)}, {key[0], key[1]}));
}

TEST(Random, BlocksInAnyOrderEqualTheWordsDrawn) {
  Random drawn(3, "mask", 7);
  std::vector<Words> blocks(100);
  for (Words& block : blocks)
    for (std::uint32_t& word : block) word = drawn();
  const Random keyed(3, "mask", 7);
  for (std::size_t i = blocks.size(); i-- > 0;) EXPECT_EQ(keyed.block(i), blocks[i]) << i;
  EXPECT_EQ(drawn.block(0), blocks[0]);  // drawing does not move the blocks
}

TEST(Random, StreamsOfOtherSeedsPurposesAndStepsShareNothing) {
  std::vector<Random> streams;
  for (const std::uint64_t seed :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 32})
    for (const char* purpose : {"", "a", "b", "ab", "ba", "0.weight", "1.weight"})
      for (const std::uint64_t step : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32})
        streams.emplace_back(seed, purpose, step);

  // Between two unrelated streams of 4096 bits, the number of equal bits has mean 2048 and deviation 32.
  const int words = 128;
  std::vector<std::vector<std::uint32_t>> drawn;
  for (Random& stream : streams) {
    auto& these = drawn.emplace_back();
    for (int i = 0; i < words; ++i) these.push_back(stream());
  }
  for (std::size_t a = 0; a < drawn.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      int differing = 0;
      for (std::size_t i = 0; i < words; ++i) differing += std::popcount(drawn[a][i] ^ drawn[b][i]);
      EXPECT_NEAR(differing, 2048, 6 * 32) << "streams " << a << " and " << b;
    }
}

TEST(Random, UniformFillsTheOpenUnitInterval) {
  Random random(1, "uniform");
  const int n = 1'000'000;
  double sum = 0, squares = 0, lowest = 1, highest = 0;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    ASSERT_GT(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    squares += u * u;
    lowest = std::min(lowest, u);
    highest = std::max(highest, u);
  }
  EXPECT_NEAR(sum / n, 1. / 2, 5 * std::sqrt(1. / 12 / n));
  EXPECT_NEAR(squares / n, 1. / 3, 5 * std::sqrt(4. / 45 / n));
  EXPECT_LT(lowest, 2e-5);  // missed with probability e^-20
  EXPECT_GT(highest, 1 - 2e-5);
}

// The two ends of what 64 random bits can be, found by asking the same formula: see uniform().
TEST(Random, UniformOfTheExtremeWordsStaysInside) {
  const auto uniform_of = [](std::uint64_t bits) {
    return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
  };
  EXPECT_GT(uniform_of(0), 0);
  EXPECT_LT(uniform_of(~std::uint64_t{0}), 1);
  Random words(5, "u"), random(5, "u");
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t high = words(), low = words();
    EXPECT_EQ(random.uniform(), uniform_of(high << 32 | low));
  }
}

// A million draws have the moments and tails of the normal distribution.
template <class Draw>
void expect_normal(Draw draw) {
  const int n = 1'000'000;
  double moments[5] = {};
  int beyond_two = 0;
  for (int i = 0; i < n; ++i) {
    const double z = draw();
    ASSERT_TRUE(std::isfinite(z));
    for (int k = 1; k <= 4; ++k) moments[k] += std::pow(z, k) / n;
    beyond_two += std::abs(z) > 2;
  }
  // Variances of z, z², z³, z⁴: 1, 2, 15, 96.
  EXPECT_NEAR(moments[1], 0, 5 * std::sqrt(1. / n));
  EXPECT_NEAR(moments[2], 1, 5 * std::sqrt(2. / n));
  EXPECT_NEAR(moments[3], 0, 5 * std::sqrt(15. / n));
  EXPECT_NEAR(moments[4], 3, 5 * std::sqrt(96. / n));
  const double p = std::erfc(std::numbers::sqrt2);
  EXPECT_NEAR(static_cast<double>(beyond_two) / n, p, 5 * std::sqrt(p * (1 - p) / n));
}

TEST(Random, NormalsOfTheStreamAreNormal) {
  Random random(1, "normal");
  expect_normal([&] { return random.normal(); });
}

TEST(Random, NormalsOfABlockAreNormalAndUncorrelated) {
  const Random random(1, "normal");
  for (const std::size_t which : {0u, 1u})
    expect_normal([&, i = std::uint64_t{0}]() mutable { return random.normals(i++)[which]; });
  const int n = 1'000'000;
  double product = 0;
  for (int i = 0; i < n; ++i) {
    const auto [a, b] = random.normals(static_cast<std::uint64_t>(i));
    product += a * b / n;
  }
  EXPECT_NEAR(product, 0, 5 * std::sqrt(1. / n));
  EXPECT_EQ(random.normals(77), Random(1, "normal").normals(77));
}

double chi_square(const std::vector<int>& counts, double expected) {
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

TEST(Random, BelowIsUniform) {
  for (const std::uint64_t n : {2u, 3u, 7u, 10u, 64u, 1000u}) {
    Random random(9, "below", n);
    const int draws = 200 * static_cast<int>(n);
    std::vector<int> counts(n);
    for (int i = 0; i < draws; ++i) ++counts.at(random.below(n));
    // χ² of n−1 degrees of freedom has mean n−1 and variance 2(n−1); 5 deviations, more where n is small and it is skew.
    const auto freedom = static_cast<double>(n - 1);
    EXPECT_LT(chi_square(counts, 200), freedom + 5 * std::sqrt(2 * freedom) + 8) << n;
  }
}

// 3·2^62 does not divide 2^64: without rejection the lowest third would come twice as often as each of the others.
TEST(Random, BelowIsUnbiasedWhereTheRemainderIsLarge) {
  Random random(9, "below");
  const std::uint64_t third = std::uint64_t{1} << 62;
  std::vector<int> counts(3);
  for (int i = 0; i < 30'000; ++i) ++counts.at(random.below(3 * third) / third);
  EXPECT_LT(chi_square(counts, 10'000), 2 + 5 * 2 + 8);
}

TEST(Random, BelowOneIsZeroAndBelowTheLargestNumberIsAnything) {
  Random random(1, "below");
  EXPECT_EQ(random.below(1), 0u);
  std::uint64_t seen = 0;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t x = random.below(~std::uint64_t{0});
    EXPECT_LT(x, ~std::uint64_t{0});
    seen |= x;
  }
  EXPECT_EQ(seen, ~std::uint64_t{0});  // every bit was set at some time
}

TEST(Random, IsAStandardGenerator) {
  static_assert(std::uniform_random_bit_generator<Random>);
  Random random(1, "standard");
  std::vector<int> cards(52);
  for (int i = 0; i < 52; ++i) cards[static_cast<std::size_t>(i)] = i;
  const auto sorted = cards;
  std::shuffle(cards.begin(), cards.end(), random);
  EXPECT_NE(cards, sorted);
  EXPECT_TRUE(std::is_permutation(cards.begin(), cards.end(), sorted.begin()));
}

}  // namespace
}  // namespace gradus
