#include "optim/line_search/line_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "tests/optim/line_search/line.h"
#include "tests/support/count_allocations.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using test::infinity;
using test::Line;
using test::nan;
using test::searched;
using ValueAndSlope = std::pair<double, double>;

class LineSearches : public testing::TestWithParam<Kind> {
 protected:
  LineSearch search_{.kind = GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, LineSearches, testing::ValuesIn(kinds), testing::PrintToStringParamName());

ValueAndSlope parabola(double a) { return {2 + a * (a / 2 - 1), a - 1}; }

TEST(LineSearch, RefusesOptionsThatCannotWork) {
  EXPECT_NO_THROW(checked("x", LineSearch{}));
  EXPECT_ERROR(checked("x", LineSearch{.sufficient_decrease = 0}),
               "[x] sufficient_decrease must be greater than 0");
  EXPECT_ERROR(checked("x", LineSearch{.sufficient_decrease = 0.5}), "less than 0.5, not 0.5");
  EXPECT_ERROR(checked("x", (LineSearch{.sufficient_decrease = 0.1, .curvature = 0.1})),
               "[x] curvature must be greater than 0.1 and less than 1, not 0.1");
  EXPECT_ERROR(checked("x", LineSearch{.curvature = 1}), "[x] curvature must be");
  EXPECT_ERROR(checked("x", LineSearch{.curvature = nan}), "[x] curvature must be");
  EXPECT_ERROR(checked("x", LineSearch{.shrink = 1}), "[x] shrink must be greater than 0 and less than 1");
  EXPECT_ERROR(checked("x", LineSearch{.max_evaluations = 0}), "[x] max_evaluations must be at least 1");
  EXPECT_ERROR(checked("x", LineSearch{.max_alpha = infinity}), "[x] max_alpha must be");
  EXPECT_ERROR(checked("x", LineSearch{.kind = static_cast<Kind>(3)}),
               "line_search must be one of backtracking, strong-wolfe, hager-zhang");
}

TEST_P(LineSearches, EvaluateNothingWhereTheDirectionIsNoDescent) {
  Line line(parabola);
  for (const LinePoint start :
       {LinePoint{0, 2, 0}, LinePoint{0, 2, 1}, LinePoint{0, 2, nan}, LinePoint{0, 2, -infinity},
        LinePoint{0, nan, -1}, LinePoint{0, infinity, -1}}) {
    const LineSearchResult found = search_(line, start, 1, test::in_double);
    EXPECT_EQ(found.status, LineSearchStatus::not_descent);
    EXPECT_EQ(found.point.alpha, 0);
    EXPECT_EQ(found.evaluations, 0);
    EXPECT_NE(found.reason, std::string());
    EXPECT_TRUE(line.calls.empty());
  }
}

TEST_P(LineSearches, BeginWithOneWhereTheFirstStepIsNoPositiveNumber) {
  for (const double first : {0.0, -1.0, nan, infinity, -infinity}) {
    Line line(parabola);
    EXPECT_EQ(searched(search_, line, first).status, LineSearchStatus::ok);
    EXPECT_EQ(line.calls.front().alpha, 1);
  }
}

TEST_P(LineSearches, NeverGoBeyondMaxAlpha) {
  search_.max_alpha = 50;
  Line falling([](double a) { return ValueAndSlope{-a, -1}; });
  for (const double first : {3.0, 1e9}) {
    const LineSearchResult found = searched(search_, falling, first);
    if (GetParam() == Kind::backtracking) {
      EXPECT_EQ(found.point.alpha, std::min(first, 50.0));
    } else {
      EXPECT_EQ(found.status, LineSearchStatus::failed);
      EXPECT_EQ(found.reason, std::string("φ still falls at max_alpha"));
      EXPECT_EQ(found.point.alpha, 50);
    }
  }

  // From 1 to the default, 1e20, by factors of 4 or 5.
  if (GetParam() == Kind::backtracking) return;
  const LineSearchResult found = searched({.kind = GetParam()}, falling, 1);
  EXPECT_EQ(found.point.alpha, 1e20);
  EXPECT_LE(found.evaluations, 36);
}

// Beyond the wall φ, or φ', is no number.
TEST_P(LineSearches, ComeBackFromWhereThereIsNoValue) {
  for (const ValueAndSlope& wall :
       {ValueAndSlope{infinity, infinity}, {infinity, nan}, {nan, nan}, {nan, 1}, {-infinity, -1}}) {
    for (const double at : {0.75, 1.5, 30.0}) {
      for (const double first : {1.0, 40.0, 1e3, 1e6}) {
        SCOPED_TRACE(testing::Message() << wall.first << " beyond " << at << ", first " << first);
        Line line([&](double a) { return a < at ? parabola(a) : wall; });
        const LineSearchResult found = searched(search_, line, first);
        EXPECT_EQ(found.status, LineSearchStatus::ok);
        EXPECT_LT(found.point.alpha, at);
        EXPECT_LE(found.evaluations, GetParam() == Kind::backtracking ? 22 : 10);
      }
    }
  }
}

// … or so high that differences overflow.
TEST_P(LineSearches, ComeBackFromTheLargestNumbers) {
  for (const double slope : {1e300, -1e300}) {
    Line line([&](double a) { return a < 0.75 ? parabola(a) : ValueAndSlope{1.7e308, slope}; });
    for (const double first : {1.0, 40.0, 1e3})
      EXPECT_EQ(searched(search_, line, first).status, LineSearchStatus::ok);

    const LineSearchResult far = searched(search_, line, 1e20);
    EXPECT_EQ(far.status, LineSearchStatus::failed);
    EXPECT_EQ(far.reason, std::string("max_evaluations is reached"));
  }
}

TEST_P(LineSearches, AcceptNoPointWhoseSlopeTheyKnowToBeNoNumber) {
  Line line([](double a) { return ValueAndSlope{parabola(a).first, a < 0.5 ? a - 1 : nan}; });
  const LineSearchResult found = searched(search_, line, 1);
  EXPECT_EQ(found.status, LineSearchStatus::ok);
  EXPECT_EQ(found.point.alpha < 0.5, GetParam() != Kind::backtracking);
}

TEST_P(LineSearches, FindWhatIsCloseToTheWall) {
  search_.curvature = 0.1;  // |α − 1| ≤ 0.1
  Line line([](double a) { return a < 0.95 ? parabola(a) : ValueAndSlope{infinity, nan}; });
  for (const double first : {5.0, 50.0, 500.0}) {
    const LineSearchResult found = searched(search_, line, first);
    EXPECT_EQ(found.status, LineSearchStatus::ok);
    EXPECT_LE(found.evaluations, 14);
  }
}

// φ falls faster and faster, up to a wall: there is no minimum, and no slope that is flatter.
TEST_P(LineSearches, KeepTheLowestPointBeforeAWall) {
  if (GetParam() == Kind::backtracking) return;
  Line line([](double a) { return a < 3 ? ValueAndSlope{-a - a * a, -1 - 2 * a} : ValueAndSlope{nan, nan}; });
  const LineSearchResult found = searched(search_, line, 1, test::in_float);
  EXPECT_EQ(found.status, LineSearchStatus::failed);
  EXPECT_EQ(found.reason, std::string("the interval has shrunk to the rounding of α"));
  EXPECT_NEAR(found.point.alpha, 3, 3 * test::in_float);
  EXPECT_LT(found.evaluations, 35);  // 24 bisections and some other trials; in double they would be 53
}

TEST_P(LineSearches, FailWhereNoValueIsFinite) {
  Line line([](double a) { return a == 0 ? ValueAndSlope{1, -1} : ValueAndSlope{nan, nan}; });
  const LineSearchResult found = searched(search_, line, 1);
  EXPECT_EQ(found.status, LineSearchStatus::failed);
  EXPECT_EQ(found.reason, std::string("φ was finite nowhere but at the start"));
  EXPECT_EQ(found.point.alpha, 0);
  EXPECT_EQ(found.evaluations, search_.max_evaluations);
}

// A slope of the wrong sign is no matter of rounding.
TEST_P(LineSearches, FailWhereTheValuesContradictTheSlopes) {
  Line rising([](double a) { return ValueAndSlope{1 + a, -1}; });
  Line constant([](double) { return ValueAndSlope{1, -1}; });
  for (Line* line : {&rising, &constant}) {
    const LineSearchResult found = searched(search_, *line, 1);
    EXPECT_EQ(found.status, LineSearchStatus::failed);
    EXPECT_EQ(found.point.alpha, 0);
  }
}

TEST_P(LineSearches, StopAtTheLimitExactly) {
  // A minimum that only many bisections find, and a first step that is too long by far.
  Line narrow([](double a) {
    const double x = a - 1.2345e-7;
    return ValueAndSlope{std::sqrt(x * x + 1e-30), x / std::sqrt(x * x + 1e-30)};
  });
  const int needed =
      searched({.kind = GetParam(), .curvature = 0.1, .max_evaluations = 500}, narrow, 1e3).evaluations;
  ASSERT_GT(needed, 3);
  for (int limit = 1; limit < needed; ++limit) {
    search_.curvature = 0.1;
    search_.max_evaluations = limit;
    const LineSearchResult found = searched(search_, narrow, 1e3);
    EXPECT_EQ(found.status, LineSearchStatus::failed);
    EXPECT_EQ(found.evaluations, limit);
    EXPECT_EQ(found.reason, std::string("max_evaluations is reached"));
  }
  search_.max_evaluations = needed;
  EXPECT_EQ(searched(search_, narrow, 1e3).status, LineSearchStatus::ok);
}

// Powers of two change no rounding, so the trials must be the same to the last bit, whatever the units of φ and α.
TEST_P(LineSearches, DoNotDependOnUnits) {
  const auto phi = [](double a) {
    return ValueAndSlope{1 - std::sin(a) + 0.01 * a * a, -std::cos(a) + 0.02 * a};
  };
  for (const double first : {1e-3, 0.3, 7.0, 400.0}) {
    Line plain(phi);
    search_.curvature = 0.01;
    search_.max_alpha = 0x1p60;
    const LineSearchResult expected = searched(search_, plain, first);
    for (const double value : {0x1p-900, 0x1p-60, 0x1p900}) {
      for (const double unit : {0x1p-90, 0x1p90}) {
        Line scaled([&](double a) {
          const auto [f, slope] = phi(a / unit);
          return ValueAndSlope{f * value, slope * value / unit};
        });
        LineSearch same = search_;
        same.max_alpha *= unit;
        const LineSearchResult found = searched(same, scaled, first * unit);
        EXPECT_EQ(found.status, expected.status);
        ASSERT_EQ(scaled.calls.size(), plain.calls.size());
        for (std::size_t i = 0; i < plain.calls.size(); ++i)
          EXPECT_EQ(scaled.calls[i].alpha, plain.calls[i].alpha * unit) << i;
      }
    }
  }
}

TEST_P(LineSearches, AllocateNothing) {
  Line line([](double a) { return ValueAndSlope{1 - std::sin(a) + 0.01 * a * a, -std::cos(a) + 0.02 * a}; });
  Line rising([](double a) { return ValueAndSlope{1 + a, -1}; });
  const LinePoint start = line.start(), rising_start = rising.start();
  const std::int64_t before = test::allocations();
  search_(line, start, 1e3, test::in_double);
  search_(rising, rising_start, 1, test::in_double);
  search_(rising, {0, 1, 1}, 1, test::in_double);
  EXPECT_EQ(test::allocations(), before);
}

// Parabolas with waves on them, of all scales; each has minima.
TEST_P(LineSearches, EndWellOnSmoothFunctions) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed, "line search test");
    const auto any = [&](double low, double high) { return low + (high - low) * random.uniform(); };
    const auto scale = [&](double decades) { return std::pow(10, any(-decades, decades)); };
    const double value = scale(3), unit = scale(6), bend = scale(2), shift = any(-2, 2) * value;
    double height[3], frequency[3], phase[3];
    for (int k = 0; k < 3; ++k) {
      height[k] = any(0, 1) / (k + 1);
      frequency[k] = scale(1);
      phase[k] = any(0, 6.3);
    }
    const double tilt = any(-1, 1);
    const auto shape = [&](double x) {
      ValueAndSlope f{bend * x * x / 2 + tilt * x, bend * x + tilt};
      for (int k = 0; k < 3; ++k) {
        f.first += height[k] * std::cos(frequency[k] * x + phase[k]);
        f.second -= height[k] * frequency[k] * std::sin(frequency[k] * x + phase[k]);
      }
      return f;
    };
    const double sign = shape(0).second > 0 ? -1 : 1;
    Line line([&](double a) {
      const auto [f, slope] = shape(sign * a / unit);
      return ValueAndSlope{shift + value * f, value * slope * sign / unit};
    });
    search_.sufficient_decrease = scale(0) * std::pow(10, any(-6, -0.5));
    search_.curvature = search_.sufficient_decrease + (1 - search_.sufficient_decrease) * any(0.01, 0.99);
    SCOPED_TRACE(seed);
    const LineSearchResult found = searched(search_, line, unit * scale(4));
    EXPECT_EQ(found.status, LineSearchStatus::ok) << found.reason;
    EXPECT_FALSE(found.approximate && GetParam() != Kind::hager_zhang);
  }
}

}  // namespace
}  // namespace gradus
