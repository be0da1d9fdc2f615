#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "base/random.h"
#include "tests/optim/line_search/line.h"

namespace gradus {
namespace {

using test::in_float;
using test::Line;
using test::searched;
using ValueAndSlope = std::pair<double, double>;

class RoundedLineSearches : public testing::TestWithParam<Kind> {
 protected:
  // Backtracking does not lengthen a step: it must begin beyond the minimum, at 1.
  double any_first(Random& random) const {
    return std::pow(10, GetParam() == Kind::backtracking ? 3 * random.uniform() : 6 * random.uniform() - 3);
  }
  LineSearch search_{.kind = GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, RoundedLineSearches, testing::ValuesIn(kinds),
                         testing::PrintToStringParamName());

// Volatile, as g++ 12 at -O2 leaves two such roundings side by side out.
double rounded(double x) {
  const volatile float f = static_cast<float>(x);
  return static_cast<double>(f);
}

// Reproducible noise in [−1, 1], another for each α.
double noise(double alpha, std::uint64_t seed) {
  return 2 * Random(seed, "noise", std::bit_cast<std::uint64_t>(alpha)).uniform() - 1;
}

// A parabola about 1, in units of the rounding of its value at 0, by `depth` of which it falls.
Line float_parabola(double phi0, double depth, double noisy, std::uint64_t seed) {
  const double s = 2 * depth * in_float * phi0;
  return Line([=](double a) {
    const double error = a == 0 ? 0 : noisy * in_float * phi0 * noise(a, seed);
    return ValueAndSlope{rounded(phi0 + s * a * (a / 2 - 1) + error), rounded(s * (a - 1))};
  });
}

TEST_P(RoundedLineSearches, GoToTheMinimumByTheSlopesWhereTheValuesDrown) {
  for (const double depth : {1e-6, 1e-3, 0.1, 1.0, 10.0, 1e3}) {
    int approximate = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      SCOPED_TRACE(testing::Message() << "depth " << depth << ", seed " << seed);
      Random random(seed, "line search, rounding");
      search_.sufficient_decrease = 0.49 * random.uniform();
      search_.curvature = search_.sufficient_decrease + (1 - search_.sufficient_decrease) * random.uniform();
      Line line = float_parabola(1 + random.uniform(), depth, 0, seed);
      const LineSearchResult found = searched(search_, line, any_first(random), in_float);
      ASSERT_EQ(found.status, LineSearchStatus::ok) << found.reason;
      approximate += found.approximate;
    }
    EXPECT_TRUE(depth > 1e-3 || approximate > 190) << approximate;
    EXPECT_TRUE(depth < 100 || approximate < 10) << approximate;
  }
}

TEST_P(RoundedLineSearches, AreNotMisledByNoiseOfAFewRoundings) {
  for (const double depth : {1e-3, 0.1, 1.0, 10.0, 100.0}) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      SCOPED_TRACE(testing::Message() << "depth " << depth << ", seed " << seed);
      Random random(seed, "line search, noise");
      Line line = float_parabola(1 + random.uniform(), depth, 8, seed);
      EXPECT_NE(searched(search_, line, any_first(random), in_float).status, LineSearchStatus::failed);
    }
  }
}

TEST_P(RoundedLineSearches, EndPolitelyInNoiseThatTheyDoNotExpect) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed, "line search, more noise");
    Line line = float_parabola(1 + random.uniform(), 1, 100, seed);
    searched(search_, line, any_first(random), in_float);
  }
}

// At a kink neither the values nor the slopes, −s before and +s behind, show where to stop.
TEST_P(RoundedLineSearches, TellTheRoundingFloorFromFailure) {
  const auto kink = [](double s) {
    return Line([=](double a) {
      return ValueAndSlope{rounded(1 + s * std::abs(a - 0.7)), a < 0.7 ? -s : s};
    });
  };
  Line below = kink(in_float / 8);
  const LineSearchResult floor = searched(search_, below, 1, in_float);
  EXPECT_EQ(floor.status, LineSearchStatus::rounding_floor);
  EXPECT_EQ(floor.reason, std::string("the slopes promise less than the values are rounded by"));
  EXPECT_LT(floor.evaluations, 35);  // 24 bisections and some other trials; in double they would be 53

  Line above = kink(1e-3);
  const LineSearchResult found = searched(search_, above, 1, in_float);
  EXPECT_LT(found.point.value, above.start().value);
  EXPECT_EQ(found.status, GetParam() == Kind::strong_wolfe ? LineSearchStatus::failed : LineSearchStatus::ok);
}

// One rounding of a float up is nothing in float, and a rise in double.
TEST_P(RoundedLineSearches, JudgeByTheRoundingOfTheValues) {
  Line line([](double a) { return ValueAndSlope{a == 0 ? 1 : 1 + 2 * in_float, 1e-9 * (a - 1)}; });
  const LineSearchResult in_floats = searched(search_, line, 1, in_float);
  EXPECT_EQ(in_floats.status, LineSearchStatus::ok);
  EXPECT_TRUE(in_floats.approximate);
  EXPECT_EQ(in_floats.point.alpha, 1);
  EXPECT_EQ(searched(search_, line, 1, test::in_double).status, LineSearchStatus::failed);
}

// Level at 1, behind the minimum; too high at ½; low at ¼.
TEST(RoundedBacktracking, GoesOnBelowAPointThatIsNotLevel) {
  Line line([](double a) {
    return ValueAndSlope{a == 0 || a == 1 ? 1 : a == 0.5 ? 1.1 : 0.9, a == 1 ? 1 : -1};
  });
  const LineSearchResult found = searched({.kind = Kind::backtracking}, line, 1);
  EXPECT_EQ(found.status, LineSearchStatus::ok);
  EXPECT_EQ(found.point.alpha, 0.25);
}

}  // namespace
}  // namespace gradus
