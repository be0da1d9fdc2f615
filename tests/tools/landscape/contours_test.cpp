#include "tools/landscape/contours.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

namespace gradus::landscape {
namespace {

constexpr Index n = 61;

std::vector<double> grid(const std::function<double(double, double)>& f, Index columns = n, Index rows = n) {
  std::vector<double> all;
  for (Index row = 0; row < rows; ++row)
    for (Index column = 0; column < columns; ++column)
      all.push_back(f(static_cast<double>(column), static_cast<double>(row)));
  return all;
}

// Positive where a loop goes counter-clockwise.
double area(const Loop& loop) {
  double twice = 0;
  for (std::size_t i = 0; i < loop.size(); ++i) {
    const Point &a = loop[i], &b = loop[(i + 1) % loop.size()];
    twice += a.x * b.y - a.y * b.x;
  }
  return twice / 2;
}

double area(const std::vector<Loop>& loops) {
  double sum = 0;
  for (const Loop& loop : loops) sum += area(loop);
  return sum;
}

TEST(Contours, OfAHillAreACircle) {
  const auto loops =
      contours(grid([](double x, double y) { return -std::hypot(x - 30, y - 30); }), n, n, -20);
  ASSERT_EQ(loops.size(), 1u);
  // Linear interpolation of a cone of radius 20 is off by at most 1/(8 · 20) of a cell.
  for (const Point& p : loops[0]) EXPECT_NEAR(std::hypot(p.x - 30, p.y - 30), 20, 1.0 / 160);
  EXPECT_NEAR(area(loops), 400 * std::numbers::pi, 2);
}

TEST(Contours, OfAPitGoAroundItAndAlongTheBorder) {
  const auto loops = contours(grid([](double x, double y) { return std::hypot(x - 30, y - 30); }), n, n, 20);
  ASSERT_EQ(loops.size(), 2u);
  EXPECT_NEAR(area(loops), 3600 - 400 * std::numbers::pi, 2);  // the region is what is left of the square
  for (const Loop& loop : loops)
    for (const Point& p : loop) EXPECT_TRUE(0 <= p.x && p.x <= 60 && 0 <= p.y && p.y <= 60);
}

TEST(Contours, AreExactForALinearFunction) {
  const auto loops = contours(grid([](double x, double y) { return 2 * x + y; }, 5, 3), 5, 3, 3);
  ASSERT_EQ(loops.size(), 1u);
  EXPECT_DOUBLE_EQ(area(loops), 8 - 2);  // without the triangle trapezium under 2x + y = 3: (1.5 + 0.5) · 2/2
  for (const Point& p : loops[0]) EXPECT_GE(2 * p.x + p.y, 3 - 1e-12);
}

TEST(Contours, OfASaddleKeepToTheirSides) {
  const auto saddle = grid([](double x, double y) { return (x - 30.5) * (y - 30.5); });
  EXPECT_EQ(contours(saddle, n, n, 50).size(), 2u);
  EXPECT_EQ(contours(saddle, n, n, -50).size(), 1u);
}

TEST(Contours, AmbiguousCellsGoByTheirMiddle) {
  const std::vector<double> apart = {1, 0, 0, 1}, joined = {1, 0.9, 0.9, 1};
  EXPECT_EQ(contours(apart, 2, 2, 0.6).size(), 2u);
  EXPECT_EQ(contours(joined, 2, 2, 0.93).size(), 1u);
}

TEST(Contours, OfAPlainAreItsBorderOrNothing) {
  EXPECT_TRUE(contours(grid([](double, double) { return 1; }), n, n, 2).empty());
  EXPECT_DOUBLE_EQ(area(contours(grid([](double, double) { return 1; }), n, n, 1)), 3600);
}

}  // namespace
}  // namespace gradus::landscape
