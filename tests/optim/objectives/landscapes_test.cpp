#include "optim/objectives/landscapes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "optim/minimize.h"
#include "optim/registry.h"
#include "tests/support/count_allocations.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

class Landscapes : public testing::TestWithParam<std::string> {
 protected:
  const Landscape& landscape = find_landscape(GetParam());
  const std::unique_ptr<Objective<double>> f = make_landscape(GetParam());

  double value(double x, double y) const { return f->value(Vector<double>{x, y}); }
  Vector<double> gradient(double x, double y) const {
    Vector<double> g(2);
    f->gradient(Vector<double>{x, y}, g);
    return g;
  }
  // A grid over the window whose points are on no axis of symmetry.
  template <class Visit>
  void for_points(Visit visit) const {
    for (double s = 0.03; s < 1; s += 0.11)
      for (double t = 0.05; t < 1; t += 0.13)
        visit(std::lerp(landscape.low.x, landscape.high.x, s),
              std::lerp(landscape.low.y, landscape.high.y, t));
  }
};

INSTANTIATE_TEST_SUITE_P(All, Landscapes, testing::ValuesIn(landscape_names()), [](const auto& landscape) {
  std::string name = landscape.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(Landscapes, SaysWhatAReaderNeeds) {
  EXPECT_EQ(landscape.name, GetParam());
  EXPECT_FALSE(landscape.title.empty());
  EXPECT_TRUE(landscape.formula.starts_with("f(x, y) = "));
  EXPECT_TRUE(landscape.note.ends_with('.'));
  const auto inside = [&](const Landscape::Point& p) {
    return landscape.low.x < p.x && p.x < landscape.high.x && landscape.low.y < p.y && p.y < landscape.high.y;
  };
  EXPECT_FALSE(landscape.starts.empty());
  for (const auto& start : landscape.starts) EXPECT_TRUE(inside(start)) << start.x << ", " << start.y;
  for (const auto& minimum : landscape.minima) EXPECT_TRUE(inside(minimum.at)) << minimum.at.x;
}

// A central difference with h = 1e-5 is off by h²/6 f''' and by rounding, ε f/h: here below 1e-4 of f's scale.
TEST_P(Landscapes, GradientsAreThoseOfCentralDifferences) {
  constexpr double h = 1e-5;
  for_points([&](double x, double y) {
    const auto g = gradient(x, y);
    const double tolerance = 1e-7 * (1 + std::abs(value(x, y)) + std::hypot(g[0], g[1]));
    EXPECT_NEAR(g[0], (value(x + h, y) - value(x - h, y)) / (2 * h), tolerance) << x << ", " << y;
    EXPECT_NEAR(g[1], (value(x, y + h) - value(x, y - h)) / (2 * h), tolerance) << x << ", " << y;
    Vector<double> out(2);
    EXPECT_NEAR(f->gradient(Vector<double>{x, y}, out), value(x, y), 1e-14 * (1 + std::abs(value(x, y))));
  });
}

TEST_P(Landscapes, HessianProductsAreThoseOfCentralDifferencesOfTheGradient) {
  constexpr double h = 1e-5;
  for_points([&](double x, double y) {
    const Vector<double> v = {0.6, -1.7};
    Vector<double> product(2);
    f->hessian(Vector<double>{x, y}).apply(v, product);
    const auto after = gradient(x + h * v[0], y + h * v[1]), before = gradient(x - h * v[0], y - h * v[1]);
    const double scale = 1 + std::hypot(after[0], after[1]) + std::hypot(product[0], product[1]);
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_NEAR(product[i], (after[i] - before[i]) / (2 * h), 1e-7 * scale) << x << ", " << y;
  });
}

TEST_P(Landscapes, KnownMinimaAreMinima) {
  ASSERT_FALSE(landscape.minima.empty());
  for (const auto& [at, least] : landscape.minima) {
    EXPECT_NEAR(value(at.x, at.y), least, 1e-12 * (1 + std::abs(least)));
    Vector<double> xx(2), yy(2);
    const Vector<double> point = {at.x, at.y};
    f->hessian(point).apply(Vector<double>{1, 0}, xx);
    f->hessian(point).apply(Vector<double>{0, 1}, yy);
    EXPECT_GT(xx[0], 0);
    EXPECT_GT(xx[0] * yy[1] - xx[1] * xx[1], 0);
    // The distance to the true minimum, by Newton's step, is that of rounding.
    const auto g = gradient(at.x, at.y);
    const double determinant = xx[0] * yy[1] - xx[1] * xx[1];
    EXPECT_NEAR((yy[1] * g[0] - xx[1] * g[1]) / determinant, 0, 1e-13) << at.x;
    EXPECT_NEAR((xx[0] * g[1] - xx[1] * g[0]) / determinant, 0, 1e-13) << at.y;
  }
  EXPECT_TRUE(std::ranges::is_sorted(landscape.minima, {}, &Landscape::Minimum::value));
  for_points([&](double x, double y) { EXPECT_GT(value(x, y), landscape.minima[0].value); });
}

// As they are printed in Dixon and Szegő 1978, Himmelblau 1972 and in collections of test functions since.
TEST(Landscape, LeastValuesAreThePublishedOnes) {
  const std::map<std::string, double> published = {{"rosenbrock", 0},    {"beale", 0},
                                                   {"himmelblau", 0},    {"booth", 0},
                                                   {"branin", 0.397887}, {"rastrigin", 0},
                                                   {"valley", 0},        {"goldstein-price", 3},
                                                   {"saddle", -0.25},    {"six-hump-camel", -1.0316}};
  for (const std::string& name : landscape_names())
    EXPECT_NEAR(find_landscape(name).minima[0].value, published.at(name), 5e-5) << name;
}

TEST(Landscape, ValuesByHand) {
  const auto at = [](const char* name, double x, double y) {
    return make_landscape(name)->value(Vector<double>{x, y});
  };
  EXPECT_DOUBLE_EQ(at("saddle", 2, 2), 4);
  EXPECT_DOUBLE_EQ(at("valley", 2, 1), 2.5);   // along: u = √5
  EXPECT_DOUBLE_EQ(at("valley", -1, 2), 250);  // across: v = √5
  EXPECT_DOUBLE_EQ(at("booth", 0, 0), 74);
  EXPECT_DOUBLE_EQ(at("rosenbrock", -1.2, 1), 24.2);
  EXPECT_DOUBLE_EQ(at("beale", 0, 0), 14.203125);
  EXPECT_DOUBLE_EQ(at("himmelblau", 0, 0), 170);
  EXPECT_NEAR(at("branin", 0, 0), 55.602113, 1e-6);
  EXPECT_DOUBLE_EQ(at("six-hump-camel", 0, 1), 0);
  EXPECT_DOUBLE_EQ(at("goldstein-price", 0, 0), 600);
  EXPECT_DOUBLE_EQ(at("rastrigin", 1, -2), 5);
}

TEST_P(Landscapes, SumsOfSquaresHaveAGaussNewtonMatrix) {
  const Vector<double> theta = {landscape.starts[0].x, landscape.starts[0].y};
  if (landscape.sum_of_squares) {
    Vector<double> out(2);
    f->gauss_newton(theta).apply(theta, out);
    EXPECT_GE(out[0] * theta[0] + out[1] * theta[1], 0);
  } else {
    EXPECT_THROW(f->gauss_newton(theta), Unsupported);
  }
}

TEST_P(Landscapes, AllocatesNothing) {
  const Vector<double> theta = {0.3, 0.7};
  Vector<double> out(2);
  const auto before = test::allocations();
  f->value(theta);
  f->gradient(theta, out);
  f->hessian(theta).apply(theta, out);
  EXPECT_EQ(test::allocations(), before);
}

TEST_P(Landscapes, AreNotFiniteWhereTheyOverflow) {
  EXPECT_FALSE(std::isfinite(value(1e200, 1e200)));
  EXPECT_FALSE(std::isfinite(value(std::nan(""), 0)));
}

TEST_P(Landscapes, AreMinimizedFromTheirFirstStart) {
  Vector<double> theta = {landscape.starts[0].x, landscape.starts[0].y};
  const auto result = minimize(*f, theta, *make_optimizer<double>("lbfgs"), {.gradient_norm = 1e-8});
  EXPECT_TRUE(result.converged) << result.reason;
  if (GetParam() != "rastrigin") {  // whose local minima are many
    EXPECT_TRUE(std::ranges::any_of(landscape.minima,
                                    [&](const auto& minimum) {
                                      return std::hypot(theta[0] - minimum.at.x, theta[1] - minimum.at.y) <
                                             1e-6;
                                    }))
        << theta[0] << ", " << theta[1];
  }
}

TEST(Landscape, AnUnknownNameSuggestsTheNearest) {
  EXPECT_ERROR(make_landscape("bale"), "Did you mean \"beale\"?");
  EXPECT_ERROR(find_landscape("Rosenbrok"), "Did you mean \"rosenbrock\"?");
  EXPECT_ERROR(make_landscape(""), "Choose one of: saddle, valley, booth");
}

}  // namespace
}  // namespace gradus
