#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "tests/optim/line_search/line.h"

namespace gradus {
namespace {

using std::numbers::pi;
using test::Line;
using test::searched;
using ValueAndSlope = std::pair<double, double>;

// The functions (5.1) to (5.4) of Moré & Thuente 1994.
ValueAndSlope rational(double a) {
  constexpr double beta = 2;
  const double q = a * a + beta;
  return {-a / q, (a * a - beta) / (q * q)};
}

ValueAndSlope quintic(double a) {
  const double c = a + 0.004;
  return {std::pow(c, 5) - 2 * std::pow(c, 4), 5 * std::pow(c, 4) - 8 * std::pow(c, 3)};
}

ValueAndSlope wavy(double a) {
  constexpr double beta = 0.01, l = 39;
  const ValueAndSlope phi0 = a <= 1 - beta ? ValueAndSlope{1 - a, -1}
                             : a >= 1 + beta
                                 ? ValueAndSlope{a - 1, 1}
                                 : ValueAndSlope{(a - 1) * (a - 1) / (2 * beta) + beta / 2, (a - 1) / beta};
  const double x = l * pi / 2 * a;
  return {phi0.first + 2 * (1 - beta) / (l * pi) * std::sin(x), phi0.second + (1 - beta) * std::cos(x)};
}

ValueAndSlope yanai(double a, double beta1, double beta2) {
  const auto gamma = [](double beta) { return std::sqrt(1 + beta * beta) - beta; };
  const double u = std::hypot(1 - a, beta2), w = std::hypot(a, beta1);
  return {gamma(beta1) * u + gamma(beta2) * w, gamma(beta1) * (a - 1) / u + gamma(beta2) * a / w};
}

Line yanai_line(double beta1, double beta2) {
  return Line([=](double a) { return yanai(a, beta1, beta2); });
}

struct Row {
  double first;
  int evaluations;
  double alpha, slope;
};

void check_table(Line line, double mu, double eta, const std::array<Row, 4>& rows) {
  // In tables 4 to 6 μ = η, which the options refuse and the search does not mind.
  const LineSearch search{.sufficient_decrease = mu, .curvature = eta};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.first);
    const LineSearchResult found = searched(search, line, row.first);
    EXPECT_EQ(found.status, LineSearchStatus::ok);
    EXPECT_EQ(found.evaluations, row.evaluations);
    // The paper prints two digits.
    EXPECT_NEAR(found.point.alpha / row.alpha, 1, 0.05);
    EXPECT_NEAR(found.point.slope / row.slope, 1, 0.05);
  }
}

// Numbers of evaluations, α and φ'(α) of the paper's tables, with three exceptions in which a reimplementation in MATLAB
// (D. O'Leary 1991) agrees with us: table 2 has the slopes 7.1e-9 and 10e-10, table 4 has α = 0.08.
TEST(MoreThuente, Table1) {
  check_table(
      Line(rational), 0.001, 0.1,
      {{{1e-3, 6, 1.4, -9.2e-3}, {1e-1, 3, 1.4, 4.7e-3}, {1e1, 1, 10, 9.4e-3}, {1e3, 4, 37, 7.3e-4}}});
}

TEST(MoreThuente, Table2) {
  check_table(
      Line(quintic), 0.1, 0.1,
      {{{1e-3, 12, 1.6, 3.8e-9}, {1e-1, 8, 1.6, 1.0e-10}, {1e1, 8, 1.6, -5.0e-9}, {1e3, 11, 1.6, -2.3e-8}}});
}

TEST(MoreThuente, Table3) {
  check_table(
      Line(wavy), 0.1, 0.1,
      {{{1e-3, 12, 1, -5.1e-5}, {1e-1, 12, 1, -1.9e-4}, {1e1, 10, 1, -2.0e-6}, {1e3, 13, 1, -1.6e-5}}});
}

TEST(MoreThuente, Table4) {
  check_table(yanai_line(0.001, 0.001), 0.001, 0.001,
              {{{1e-3, 4, 0.085, -6.9e-5},
                {1e-1, 1, 0.10, -4.9e-5},
                {1e1, 3, 0.35, -2.9e-6},
                {1e3, 4, 0.83, 1.6e-5}}});
}

TEST(MoreThuente, Table5) {
  check_table(yanai_line(0.01, 0.001), 0.001, 0.001,
              {{{1e-3, 6, 0.075, 1.9e-4},
                {1e-1, 3, 0.078, 7.4e-4},
                {1e1, 7, 0.073, -2.6e-4},
                {1e3, 8, 0.076, 4.5e-4}}});
}

TEST(MoreThuente, Table6) {
  check_table(yanai_line(0.001, 0.01), 0.001, 0.001,
              {{{1e-3, 13, 0.93, 5.2e-4},
                {1e-1, 11, 0.93, 8.4e-5},
                {1e1, 8, 0.92, -2.4e-4},
                {1e3, 11, 0.92, -3.2e-4}}});
}

// The tables hardly use ψ; from α = 1 backwards these functions do. The numbers are those of O'Leary's implementation.
TEST(MoreThuente, LooksForAMinimumOfPsiFirst) {
  struct {
    double beta1, beta2, alpha;
    int evaluations;
  } const rows[] = {{0.001, 0.001, 0.0038522, 6}, {0.01, 0.001, 0.0040126, 6}, {0.001, 0.01, 0.043447, 4}};
  const LineSearch search{.sufficient_decrease = 0.1, .curvature = 0.9};
  for (const auto& row : rows) {
    Line line([&](double a) {
      const auto [value, slope] = yanai(1 - a, row.beta1, row.beta2);
      return ValueAndSlope{value, -slope};
    });
    const LineSearchResult found = searched(search, line, 1);
    EXPECT_EQ(found.status, LineSearchStatus::ok);
    EXPECT_EQ(found.evaluations, row.evaluations);
    EXPECT_NEAR(found.point.alpha / row.alpha, 1, 2e-5);
  }
}

TEST(MoreThuente, ExtrapolatesByElevenTenthsToFourTimesTheLastMove) {
  Line falling([](double a) { return ValueAndSlope{-a, -1}; });
  EXPECT_EQ(searched({.max_evaluations = 5}, falling, 2).status, LineSearchStatus::failed);
  double expected = 0, move = 2;
  for (const LinePoint& call : falling.calls) {
    EXPECT_EQ(call.alpha, expected += move);
    move *= 4;
  }

  // A parabola through the slopes at 1 and 5 would go on to 5.44.
  Line bottom([](double a) {
    const double x = std::max(a - 1, 0.0);
    return ValueAndSlope{-a + 0.1125 * x * x, -1 + 0.225 * x};
  });
  EXPECT_EQ(searched({.curvature = 0.05}, bottom, 1).status, LineSearchStatus::ok);
  ASSERT_GE(bottom.calls.size(), 3u);
  EXPECT_EQ(bottom.calls[1].alpha, 5);
  EXPECT_DOUBLE_EQ(bottom.calls[2].alpha, 5 + 1.1 * 4);
}

}  // namespace
}  // namespace gradus
