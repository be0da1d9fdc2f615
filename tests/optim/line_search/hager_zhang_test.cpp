#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/optim/line_search/line.h"

namespace gradus {
namespace {

using test::Line;
using test::searched;

std::vector<double> trials(const Line& line) {
  std::vector<double> alphas;
  for (const LinePoint& call : line.calls) alphas.push_back(call.alpha);
  return alphas;
}

TEST(HagerZhang, BracketsByFactorsOfFiveThenTakesTheSecant) {
  Line line([](double a) { return std::pair{(a - 3) * (a - 3) / 2, a - 3}; });
  const LineSearch search{.kind = Kind::hager_zhang, .sufficient_decrease = 0.4, .curvature = 0.5};
  EXPECT_EQ(searched(search, line, 1).status, LineSearchStatus::ok);
  EXPECT_EQ(trials(line), (std::vector<double>{1, 5, 3}));
}

TEST(HagerZhang, BisectsToTheLeftOfAPointThatIsTooHighThoughItFalls) {
  // φ(4) = 12 and φ'(4) = −1; φ'(2) = 5; the secant through φ'(0) = −1 and φ'(2) meets 0 at ⅓.
  Line line([](double a) { return std::pair{a * (-1 + a * (3 - a / 2)), -1 + a * (6 - 1.5 * a)}; });
  const LineSearch search{.kind = Kind::hager_zhang};
  EXPECT_EQ(searched(search, line, 4).status, LineSearchStatus::ok);
  ASSERT_EQ(line.calls.size(), 3u);
  EXPECT_EQ(line.calls[1].alpha, 2);
  EXPECT_NEAR(line.calls[2].alpha, 1.0 / 3, 1e-15);
}

TEST(HagerZhang, TakesASecondSecantFromTheEndThatMoved) {
  // φ'(α) = (α + 1)² − 4: the secants through 0 and 2, then through 0 and ¾.
  Line convex([](double a) {
    return std::pair{(std::pow(a + 1, 3) - 1) / 3 - 4 * a, (a + 1) * (a + 1) - 4};
  });
  const LineSearch from_left{.kind = Kind::hager_zhang, .sufficient_decrease = 0.1, .curvature = 0.3};
  EXPECT_EQ(searched(from_left, convex, 2).status, LineSearchStatus::ok);
  ASSERT_EQ(convex.calls.size(), 3u);
  EXPECT_DOUBLE_EQ(convex.calls[1].alpha, 0.75);
  EXPECT_DOUBLE_EQ(convex.calls[2].alpha, 12.0 / 11);

  // φ'(α) = 4 − (3 − α)²: through 0 and 2, then through 2 and 5/4.
  Line concave([](double a) {
    return std::pair{4 * a + (std::pow(3 - a, 3) - 27) / 3, 4 - (3 - a) * (3 - a)};
  });
  const LineSearch from_right{.kind = Kind::hager_zhang, .sufficient_decrease = 0.45};
  EXPECT_EQ(searched(from_right, concave, 2).status, LineSearchStatus::ok);
  ASSERT_EQ(concave.calls.size(), 3u);
  EXPECT_DOUBLE_EQ(concave.calls[1].alpha, 1.25);
  EXPECT_DOUBLE_EQ(concave.calls[2].alpha, 10.0 / 11);
}

// Function (5.4) of Moré & Thuente with β₁ = β₂ = 0.001; the numbers are those of the Julia package LineSearches.
TEST(HagerZhang, TakesAsManyEvaluationsAsAnotherImplementation) {
  Line line([](double a) {
    constexpr double beta = 0.001;
    const double gamma = std::sqrt(1 + beta * beta) - beta, u = std::hypot(1 - a, beta),
                 w = std::hypot(a, beta);
    return std::pair{gamma * (u + w), gamma * ((a - 1) / u + a / w)};
  });
  const LineSearch search{.kind = Kind::hager_zhang, .sufficient_decrease = 0.001, .curvature = 0.001};
  struct {
    double first, alpha;
    int evaluations;
  } const rows[] = {{1e-1, 0.1, 1}, {1e1, 0.37038, 4}, {1e3, 0.45725, 8}};
  for (const auto& row : rows) {
    const LineSearchResult found = searched(search, line, row.first);
    EXPECT_EQ(found.status, LineSearchStatus::ok);
    EXPECT_EQ(found.evaluations, row.evaluations);
    EXPECT_NEAR(found.point.alpha, row.alpha, 5e-6);
  }
}

TEST(HagerZhang, HalvesTheIntervalWhereTheSecantsDoNotShrinkIt) {
  // φ' is −1 up to a steep rise at 10: secants stay at the left end, 3 + 7e-6 and so on.
  Line line([](double a) {
    const double x = std::max(a - 10, 0.0);
    return std::pair{10 - a + 1e6 * x * x / 2, 1e6 * x - 1};
  });
  const LineSearch search{.kind = Kind::hager_zhang, .sufficient_decrease = 0.4, .curvature = 0.41};
  const LineSearchResult found = searched(search, line, 3);
  EXPECT_EQ(found.status, LineSearchStatus::ok);
  EXPECT_NEAR(found.point.alpha, 10, 0.01);
}

}  // namespace
}  // namespace gradus
