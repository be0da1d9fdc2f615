#include "tools/landscape/relief.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/expect_error.h"
#include "tools/landscape/smooth.h"

namespace gradus::landscape {
namespace {

constexpr Window window{{-2, 1}, {2, 3}};

TEST(Relief, HoldsTheValuesRowByRow) {
  const Relief relief = make_relief(window, 5, 3, -10, [](const Point& p) { return 10 * p.y + p.x; });
  EXPECT_EQ(relief.values.size(), 15u);
  EXPECT_DOUBLE_EQ(relief.values[0], 8);
  EXPECT_DOUBLE_EQ(relief.values[4], 12);
  EXPECT_DOUBLE_EQ(relief.values[5], 18);
  EXPECT_DOUBLE_EQ(relief.top, 32);
  EXPECT_DOUBLE_EQ(relief.least, -10);
}

TEST(Relief, HeightsGoFromZeroToOne) {
  const Relief relief =
      make_relief(window, 21, 21, 0, [](const Point& p) { return std::exp(4 * p.x) - std::exp(-8); });
  EXPECT_EQ(relief.height(relief.least), 0);
  EXPECT_DOUBLE_EQ(relief.height(relief.top), 1);
  EXPECT_EQ(relief.height(std::numeric_limits<double>::infinity()), 1);
  EXPECT_EQ(relief.height(std::nan("")), 1);
  EXPECT_LT(relief.height(1), relief.height(2));
}

TEST(Relief, LevelsAreSpreadOverTheOrdersOfMagnitude) {
  const Relief relief =
      make_relief(window, 101, 101, 0, [](const Point& p) { return std::pow(10, 2 * p.x); });
  const auto levels = relief.levels();
  ASSERT_GE(levels.size(), 15u);
  EXPECT_TRUE(std::ranges::is_sorted(levels));
  EXPECT_LT(levels.front(), 1e-3);
  EXPECT_GT(levels.back(), 1e3);
  EXPECT_LT(levels.back(), relief.top);
}

TEST(Relief, WhatIsNotFiniteIsAbove) {
  const Relief relief =
      make_relief(window, 5, 3, 0, [](const Point& p) { return p.x < 0 ? 0.0 / 0.0 : p.x; });
  EXPECT_EQ(relief.top, 2);
  EXPECT_EQ(relief.heights().front(), 1);
  EXPECT_ERROR(make_relief(window, 5, 3, 0, [](const Point&) { return std::nan(""); }), "nowhere finite");
}

TEST(Relief, MayBeFlat) {
  const Relief relief = make_relief(window, 5, 3, 7, [](const Point&) { return 7.0; });
  for (const double height : relief.heights()) EXPECT_EQ(height, 0);
}

TEST(Smooth, PassesThroughTheValues) {
  const Relief coarse =
      make_relief(window, 9, 9, 0, [](const Point& p) { return p.x * p.x + std::exp(p.y); });
  const Relief fine = smooth(coarse, 33);
  for (std::size_t row = 0; row < 9; ++row)
    for (std::size_t column = 0; column < 9; ++column)
      EXPECT_NEAR(fine.values[4 * row * 33 + 4 * column], coarse.values[row * 9 + column], 1e-9);
  // Between them it is near the function: the third derivative of its logarithm is below 10, a cell is ½ wide.
  for (std::size_t i = 0; i < fine.values.size(); ++i) {
    const double x = -2 + 4 * static_cast<double>(i % 33) / 32, y = 1 + 2 * static_cast<double>(i / 33) / 32;
    EXPECT_NEAR(fine.values[i] / (x * x + std::exp(y)), 1, 0.05);
  }
}

TEST(Smooth, AnInfiniteNodeIsNoValley) {
  const auto f = [](const Point& p) { return p.x == 0 && p.y == 2 ? std::nan("") : 1 + p.x * p.x; };
  const Relief coarse = make_relief(window, 9, 9, 0, f);
  const Relief fine = smooth(coarse, 33);
  EXPECT_GT(*std::ranges::min_element(fine.values), 0.5);  // least f is 1, and cubics overshoot by less
  EXPECT_EQ(fine.values[16 * 33 + 16], std::numeric_limits<double>::infinity());
  EXPECT_EQ(fine.values[16 * 33 + 22], std::numeric_limits<double>::infinity());  // 1½ cells away
  EXPECT_NEAR(fine.values[16 * 33 + 28], 1 + 1.5 * 1.5, 1e-9);                    // 3 cells away: a node
}

}  // namespace
}  // namespace gradus::landscape
