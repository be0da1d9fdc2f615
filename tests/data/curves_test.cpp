#include "data/curves.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/threads.h"
#include "data/curve.h"
#include "data/sha256.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using test::message_of;
using testing::HasSubstr;

constexpr std::size_t side = 28, pixels_each = side * side;

std::vector<float> pixels(const Dataset& data) {
  std::vector<Index> all(static_cast<std::size_t>(data.size()));
  std::iota(all.begin(), all.end(), Index{0});
  std::vector<float> x(all.size() * pixels_each);
  data.gather<float>(all, x);
  return x;
}

std::array<Point, 3> points_of_training_image(std::uint64_t i) {
  Random random(0, "curves training", i);
  return draw_curve_points(random);
}

TEST(Curves, HaveTheShapeOfCurvesAndNoLabels) {
  EXPECT_EQ(CurvesOptions{}.train, 20000);
  EXPECT_EQ(CurvesOptions{}.test, 10000);
  const Curves curves = synthetic_curves({.train = 20, .test = 10});
  EXPECT_EQ(curves.train.size(), 20);
  EXPECT_EQ(curves.test.size(), 10);
  for (const Dataset* data : {&curves.train, &curves.test}) {
    EXPECT_EQ(data->name(), "synthetic curves");
    EXPECT_EQ(data->rows(), 28);
    EXPECT_EQ(data->columns(), 28);
    EXPECT_EQ(data->classes(), 0);
    EXPECT_EQ(data->target_width(), 0);
  }
}

TEST(Curves, DependOnSeedSplitAndIndexAlone) {
  const Curves few = synthetic_curves({.train = 100, .test = 50, .seed = 5}),
               many = synthetic_curves({.train = 300, .test = 200, .seed = 5}),
               other = synthetic_curves({.train = 100, .test = 50, .seed = 6});
  EXPECT_EQ(pixels(few.train), pixels(many.train.first(100)));
  EXPECT_EQ(pixels(few.test), pixels(many.test.first(50)));
  EXPECT_NE(pixels(few.train), pixels(other.train));
  EXPECT_NE(pixels(few.test), pixels(few.train.first(50)));
}

TEST(Curves, AreTheSameOnAnyNumberOfThreads) {
  const int before = threads();
  std::array<std::vector<float>, 3> sets;
  for (int n = 1; n <= 3; ++n) {
    set_threads(n);
    sets[static_cast<std::size_t>(n - 1)] = pixels(synthetic_curves({.train = 1000, .test = 1}).train);
  }
  set_threads(before);
  EXPECT_EQ(sets[0], sets[1]);
  EXPECT_EQ(sets[0], sets[2]);
}

// Only operations that IEEE 754 defines to the last bit are used to draw them.
TEST(Curves, AreTheSameOnEveryMachine) {
  std::vector<std::uint8_t> bytes;
  for (const float x : pixels(synthetic_curves({.train = 200, .test = 1}).train))
    bytes.push_back(static_cast<std::uint8_t>(x * 255 + 0.5f));
  EXPECT_EQ(sha256({bytes}), "676935b0ed7ed54fcff252d3995d71aa69c078d131f3f6b6c60b3fdd4eb08885");
}

TEST(Curves, AllDiffer) {
  const std::vector<float> x = pixels(synthetic_curves({.train = 5000, .test = 1}).train);
  std::vector<std::vector<float>> images;
  for (auto image = x.begin(); image != x.end(); image += pixels_each)
    images.emplace_back(image, image + pixels_each);
  std::sort(images.begin(), images.end());
  EXPECT_EQ(std::adjacent_find(images.begin(), images.end()), images.end());
}

// The distance to points every 1/60 of a pixel or less along the curve, in place of that to the lines it is drawn as:
// the lines are off by up to 0.008 pixels, the bytes by 1/510.
TEST(Curves, AreInkedByTheDistanceFromTheirCurve) {
  constexpr std::size_t images = 40;
  constexpr int samples = 2000;
  constexpr double tolerance = 0.008 / 1.3 + 1.0 / 510;
  const std::vector<float> x = pixels(synthetic_curves({.train = images, .test = 1}).train);
  for (std::size_t i = 0; i < images; ++i) {
    const Curve curve(points_of_training_image(i));
    std::vector<Point> way;
    for (const std::size_t piece : {0u, 1u})
      for (int k = 0; k <= samples; ++k) way.push_back(curve.at(piece, k / double{samples}));
    for (std::size_t p = 0; p < pixels_each; ++p) {
      double nearest = 1e9;
      for (const Point& q : way)
        nearest = std::min(nearest, std::hypot(q.x - static_cast<double>(p % side) - 0.5,
                                               q.y - static_cast<double>(p / side) - 0.5));
      const double ink = std::clamp((0.35 - nearest) / 1.3 + 0.5, 0.0, 1.0);
      EXPECT_NEAR(x[i * pixels_each + p], ink, tolerance) << "image " << i << ", pixel " << p;
    }
  }
}

TEST(Curves, HaveInkAtTheirPoints) {
  constexpr std::size_t images = 2000;
  const std::vector<float> x = pixels(synthetic_curves({.train = images, .test = 1}).train);
  // A point is at most √½ from its pixel's middle, half a line's bend and a rounding further from its ink.
  const double faintest = (0.35 - std::sqrt(0.5)) / 1.3 + 0.5 - 0.01;
  for (std::size_t i = 0; i < images; ++i)
    for (const Point& point : points_of_training_image(i)) {
      const auto pixel = static_cast<std::size_t>(point.y) * side + static_cast<std::size_t>(point.x);
      EXPECT_GE(x[i * pixels_each + pixel], faintest) << i;
    }
  // The darkest pixel is one whose middle the curve goes through.
  EXPECT_NEAR(*std::max_element(x.begin(), x.end()), std::round(255 * (0.35 / 1.3 + 0.5)) / 255, 1e-7);
  EXPECT_EQ(*std::min_element(x.begin(), x.end()), 0);
}

TEST(Curves, RefuseToDrawNothing) {
  EXPECT_THAT(message_of([] { synthetic_curves({.train = 0}); }),
              HasSubstr("training images must be at least 1, not 0"));
  EXPECT_THAT(message_of([] { synthetic_curves({.train = 1, .test = -1}); }), HasSubstr("test images"));
}

TEST(CurvePoints, KeepTheirDistanceAndFillTheSheet) {
  constexpr std::uint64_t n = 20000;
  std::array<double, 6> sum{};
  double low = 100, high = -100, gap = 100;
  for (std::uint64_t i = 0; i < n; ++i) {
    Random random(3, "points", i);
    const auto p = draw_curve_points(random);
    for (std::size_t k = 0; k < 3; ++k) {
      sum[k] += p[k].x;
      sum[3 + k] += p[k].y;
      low = std::min({low, p[k].x, p[k].y});
      high = std::max({high, p[k].x, p[k].y});
    }
    gap = std::min({gap, p[1].x - p[0].x, p[2].x - p[1].x});
  }
  EXPECT_GE(low, 2);
  EXPECT_LE(high, 26);
  EXPECT_GE(gap, 2 - 1e-14);  // x of about 20 are rounded to 4e-15
  EXPECT_LT(low, 2.01);
  EXPECT_GT(high, 25.99);
  EXPECT_LT(gap, 2.01);
  // The order statistics of three numbers uniform on (2, 22), moved by 0, 2 and 4, have means 7, 14 and 21 and standard
  // deviations of at most 4.5; y has mean 14 and 6.9.
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(sum[k] / n, 7 * static_cast<double>(k + 1), 4 * 4.5 / std::sqrt(n));
    EXPECT_NEAR(sum[3 + k] / n, 14, 4 * 7 / std::sqrt(n));
  }
}

class CurveThrough : public testing::TestWithParam<std::array<Point, 3>> {
 protected:
  const std::array<Point, 3> points = GetParam();
  const Curve curve{points};
  std::array<double, 2> chord{std::hypot(points[1].x - points[0].x, points[1].y - points[0].y),
                              std::hypot(points[2].x - points[1].x, points[2].y - points[1].y)};

  // The piece's coordinate as a cubic c0 + c1 t + c2 t² + c3 t³, from its values at four t.
  std::array<double, 4> cubic(std::size_t piece, double Point::*c) const {
    const auto f = [&](double t) { return curve.at(piece, t).*c; };
    const double a = f(0), b = f(1.0 / 3), d = f(2.0 / 3), e = f(1);
    return {a, (-11 * a + 18 * b - 9 * d + 2 * e) / 2, 9 * (2 * a - 5 * b + 4 * d - e) / 2,
            9 * (-a + 3 * b - 3 * d + e) / 2};
  }
};

INSTANTIATE_TEST_SUITE_P(Points, CurveThrough,
                         testing::Values(std::array<Point, 3>{{{2, 2}, {4, 26}, {26, 2}}},
                                         std::array<Point, 3>{{{2, 26}, {24, 2.5}, {26, 25}}},
                                         std::array<Point, 3>{{{3, 20}, {5, 20}, {7, 20.5}}},
                                         std::array<Point, 3>{{{2, 2}, {14, 14}, {26, 26}}}));

TEST_P(CurveThrough, PassesItsPoints) {
  for (std::size_t piece : {0u, 1u})
    for (std::size_t end : {0u, 1u}) {
      const Point p = curve.at(piece, static_cast<double>(end));
      EXPECT_EQ(p.x, points[piece + end].x);
      EXPECT_EQ(p.y, points[piece + end].y);
    }
}

// With its points, these conditions define it. Rounding of values up to 26 is multiplied by up to 100 in a coefficient.
TEST_P(CurveThrough, IsTheNaturalCubicSplineOverTheChords) {
  constexpr double rounding = 1e-12;
  for (double Point::*c : {&Point::x, &Point::y}) {
    const auto first = cubic(0, c), second = cubic(1, c);
    for (std::size_t piece : {0u, 1u}) {
      const auto f = piece == 0 ? first : second;
      for (double t = 0; t <= 1; t += 1.0 / 16)
        EXPECT_NEAR(curve.at(piece, t).*c, f[0] + t * (f[1] + t * (f[2] + t * f[3])), rounding);
    }
    EXPECT_NEAR((first[1] + 2 * first[2] + 3 * first[3]) / chord[0], second[1] / chord[1], rounding);
    EXPECT_NEAR((2 * first[2] + 6 * first[3]) / (chord[0] * chord[0]), 2 * second[2] / (chord[1] * chord[1]),
                rounding);
    EXPECT_NEAR(first[2], 0, rounding);
    EXPECT_NEAR(2 * second[2] + 6 * second[3], 0, rounding);
  }
}

TEST(Curve, ThroughPointsOnALineIsTheLine) {
  const Curve curve({{{2, 3}, {6, 11}, {12, 23}}});
  for (std::size_t piece : {0u, 1u})
    for (double t = 0; t <= 1; t += 0.125) {
      const Point p = curve.at(piece, t);
      EXPECT_NEAR(p.y, 2 * p.x - 1, 1e-13);
    }
}

// Of 200,000 curves none left −0.09 … 27.74.
TEST(Curve, StaysOnTheSheet) {
  for (std::uint64_t i = 0; i < 20000; ++i) {
    Random random(1, "extent", i);
    const Curve curve(draw_curve_points(random));
    for (std::size_t piece : {0u, 1u})
      for (double t = 0; t <= 1; t += 1.0 / 32) {
        const Point p = curve.at(piece, t);
        EXPECT_TRUE(p.x > -0.5 && p.x < 28.5 && p.y > -0.5 && p.y < 28.5) << i << ": " << p.x << ", " << p.y;
      }
  }
}

}  // namespace
}  // namespace gradus
