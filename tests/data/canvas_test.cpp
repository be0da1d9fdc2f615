#include "data/canvas.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace gradus {
namespace {

constexpr std::size_t side = Canvas::side;

std::vector<int> pixels(const Canvas& canvas, double darkness = 1) {
  std::vector<std::uint8_t> bytes(side * side);
  canvas.copy_to(bytes, darkness);
  return {bytes.begin(), bytes.end()};
}

// Ink falls from 1 to 0 over 1.3 pixels around the pen's edge.
int ink(double radius, double distance, double darkness = 1) {
  const double covered = std::clamp((radius - distance) / 1.3 + 0.5, 0.0, 1.0);
  return static_cast<int>(255 * std::min(1.0, darkness * covered) + 0.5);
}

TEST(Canvas, InksByTheDistanceFromTheLine) {
  Canvas canvas;
  canvas.line({5.5, 10.25}, {20.5, 10.25}, 1, 1);
  for (const double darkness : {1.0, 0.5, 1.2}) {
    const auto image = pixels(canvas, darkness);
    for (std::size_t y = 0; y < side; ++y)
      for (std::size_t x = 5; x <= 20; ++x)
        EXPECT_EQ(image[y * side + x], ink(1, std::abs(static_cast<double>(y) + 0.5 - 10.25), darkness));
  }
  EXPECT_EQ(pixels(canvas)[10 * side + 3], ink(1, std::hypot(2, 0.25)));  // its tip is round
}

TEST(Canvas, ARadiusMayGrowAlongTheLine) {
  Canvas canvas;
  canvas.line({4.5, 14.5}, {24.5, 14.5}, 0.5, 2.5);
  for (std::size_t x = 4; x <= 24; ++x)
    EXPECT_EQ(pixels(canvas)[16 * side + x], ink(0.5 + 0.1 * static_cast<double>(x - 4), 2));
}

TEST(Canvas, InkDoesNotAddUp) {
  Canvas once, twice;
  for (Canvas* canvas : {&once, &twice, &twice}) canvas->line({3, 4}, {25, 19}, 0.7, 0.7);
  EXPECT_EQ(pixels(once), pixels(twice));
  Canvas halves;
  halves.line({3, 4}, {14, 11.5}, 0.7, 0.7);
  halves.line({14, 11.5}, {25, 19}, 0.7, 0.7);
  EXPECT_EQ(pixels(once), pixels(halves));
}

TEST(Canvas, ALineOfNoLengthIsADotAndOneOffTheSheetLeavesNothing) {
  Canvas dot, beyond;
  dot.line({14.5, 14.5}, {14.5, 14.5}, 1, 1);
  EXPECT_EQ(pixels(dot)[14 * side + 14], 255);
  EXPECT_EQ(pixels(dot)[14 * side + 15], ink(1, 1));
  beyond.line({-50, -3}, {-20, 40}, 1, 1);
  beyond.line({300, 3}, {310, 40}, 1, 1);
  EXPECT_EQ(pixels(beyond), std::vector<int>(side * side));
}

}  // namespace
}  // namespace gradus
