#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "optim/line_search/line_search.h"

namespace gradus {

using Kind = LineSearch::Kind;
inline constexpr Kind kinds[] = {Kind::backtracking, Kind::strong_wolfe, Kind::hager_zhang};

inline std::ostream& operator<<(std::ostream& out, Kind kind) {
  static constexpr const char* names[] = {"backtracking", "strong_wolfe", "hager_zhang"};
  return out << names[static_cast<int>(kind)];
}
inline std::ostream& operator<<(std::ostream& out, LineSearchStatus status) {
  static constexpr const char* names[] = {"ok", "rounding_floor", "not_descent", "failed"};
  return out << names[static_cast<int>(status)];
}

namespace test {

inline constexpr double in_double = 0x1p-53, in_float = 0x1p-24;
inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// φ from a function that gives (φ(α), φ'(α)); it remembers where it was asked.
class Line : public LineFunction {
 public:
  using Function = std::function<std::pair<double, double>(double)>;

  explicit Line(Function phi) : phi_(std::move(phi)) { calls.reserve(1000); }

  LinePoint start() const { return point(0); }
  LinePoint point(double alpha) const {
    const auto [value, slope] = phi_(alpha);
    return {alpha, value, slope};
  }
  LinePoint at(double alpha) override { return calls.emplace_back(Call{point(alpha), false}); }
  LinePoint value_at(double alpha) override {
    return calls.emplace_back(Call{{alpha, phi_(alpha).first, nan}, true});
  }

  struct Call : LinePoint {
    bool value_only;
  };
  std::vector<Call> calls;

 private:
  Function phi_;
};

/// All that a result promises, from φ alone: the number of calls, the conditions of a search that is ok, and that the
/// last point is the accepted one, or the lowest point of one that is not.
inline void check(const LineSearch& search, const Line& line, double rounding,
                  const LineSearchResult& found) {
  const LinePoint start = line.start();
  const double c1 = search.sufficient_decrease, c2 = search.curvature;
  const double epsilon = 16 * rounding * std::abs(start.value);

  EXPECT_EQ(found.evaluations, std::ssize(line.calls));
  EXPECT_LE(found.evaluations, search.max_evaluations);
  for (const Line::Call& call : line.calls) {
    EXPECT_GT(call.alpha, 0);
    EXPECT_LE(call.alpha, search.max_alpha);
  }

  if (found.status != LineSearchStatus::ok) {
    LinePoint lowest = start;
    for (const Line::Call& call : line.calls) {
      const bool finite = std::isfinite(call.value) && (call.value_only || std::isfinite(call.slope));
      if (finite && call.value < lowest.value) lowest = call;
    }
    EXPECT_EQ(found.point.alpha, lowest.alpha);
    EXPECT_EQ(found.point.value, lowest.value);
    EXPECT_NE(found.reason, std::string());
    EXPECT_FALSE(found.approximate);
    EXPECT_TRUE(found.status == LineSearchStatus::failed || lowest.value >= start.value - epsilon);
    return;
  }

  ASSERT_FALSE(line.calls.empty());
  EXPECT_EQ(found.point.alpha, line.calls.back().alpha);
  EXPECT_TRUE(line.calls.back().value_only || std::isfinite(line.calls.back().slope));
  const auto [alpha, value, slope] = line.point(found.point.alpha);
  EXPECT_EQ(found.point.value, value);
  EXPECT_TRUE(line.calls.back().value_only ? std::isnan(found.point.slope) : found.point.slope == slope);
  EXPECT_TRUE(std::isfinite(value));

  const bool armijo = value - start.value <= c1 * alpha * start.slope;
  EXPECT_EQ(found.approximate, !armijo);
  EXPECT_TRUE(search.kind != Kind::strong_wolfe || std::abs(slope) <= -c2 * start.slope);
  EXPECT_TRUE(search.kind != Kind::hager_zhang || slope >= c2 * start.slope);
  if (!armijo) {
    EXPECT_LE(value, start.value + epsilon);
    EXPECT_TRUE(search.kind == Kind::hager_zhang || value >= start.value - epsilon);
    EXPECT_LE(slope, (2 * c1 - 1) * start.slope);
    EXPECT_GE(slope, c2 * start.slope);
  }
}

/// Searches, and checks what was found.
inline LineSearchResult searched(const LineSearch& search, Line& line, double first,
                                 double rounding = in_double) {
  line.calls.clear();
  const LineSearchResult found = search(line, line.start(), first, rounding);
  check(search, line, rounding, found);
  return found;
}

}  // namespace test
}  // namespace gradus
