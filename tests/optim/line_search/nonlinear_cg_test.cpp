#include "optim/line_search/nonlinear_cg.h"

#include <gtest/gtest.h>

#include <cmath>

#include "optim/minimize.h"
#include "tests/optim/copied_state.h"
#include "tests/optim/line_search/functions.h"
#include "tests/support/count_allocations.h"

namespace gradus {
namespace {

using Beta = NonlinearCgOptions::Beta;
using View = std::span<const double>;
using test::nearly_exact;

// As in Hager & Zhang's paper, §3.
constexpr LineSearch of_the_paper{.kind = LineSearch::Kind::hager_zhang, .sufficient_decrease = 0.1};

class NonlinearCgWith : public testing::TestWithParam<Beta> {};
INSTANTIATE_TEST_SUITE_P(Both, NonlinearCgWith, testing::Values(Beta::polak_ribiere, Beta::hager_zhang),
                         [](const auto& name) { return name.index == 0 ? "polak_ribiere" : "hager_zhang"; });

TEST_P(NonlinearCgWith, MakesTheStepsOfLinearConjugateGradientOnAQuadratic) {
  const auto a = test::matrix_of({1, 2, 3, 5, 8, 13, 21, 34});
  const Vector<double> start = {1, -2, 0.5, 3, -1, 1, 2, -3};
  test::Quadratic<double> f(a, std::vector<double>(8));
  const auto expected = test::conjugate_gradient(a, start, 8);
  NonlinearCg<double> cg({GetParam(), nearly_exact});
  cg.reset(8);
  Vector<double> theta = start;
  for (int k = 0; k < 8; ++k) {
    ASSERT_EQ(cg.step(f, theta).status, Status::ok);
    // The searches are exact to 1e-10 of the slope, which the condition of 34 and the steps amplify.
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_NEAR(theta[i], expected[static_cast<std::size_t>(k)][i], 1e-7) << k;
  }
  EXPECT_LT(norm(View(theta)), 1e-7);
}

// β of the paper from the gradients at two points, and the direction that follows from it.
TEST_P(NonlinearCgWith, BendsTheDirectionByTheFormula) {
  test::ExtendedRosenbrock<double> f(4);
  NonlinearCg<double> cg(
      {GetParam(), GetParam() == Beta::polak_ribiere ? LineSearch{.curvature = 0.1} : of_the_paper});
  cg.reset(4);
  Vector<double> theta = f.start(), g(4), next_g(4);
  theta[2] = 0.3;
  int bent = 0;
  Vector<double> expected;
  for (int k = 0; k < 25; ++k) {
    f.gradient(theta, g);
    ASSERT_EQ(cg.step(f, theta).status, Status::ok) << k;
    f.gradient(theta, next_g);
    const test::CopiedState state(cg);
    const Vector<double>& d = state.doubles.at("d");
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(d[i], expected[i], 1e-11 * norm(View(expected))) << k;

    const Vector<double> y = test::difference(next_g, g);
    double beta;
    if (GetParam() == Beta::polak_ribiere) {
      beta = std::max(dot(View(next_g), y) / dot(View(g), g), 0.0);
    } else {
      const double d_y = dot(View(d), y), y_y = dot(View(y), y);
      Vector<double> z(4);
      for (std::size_t i = 0; i < 4; ++i) z[i] = y[i] - 2 * d[i] * y_y / d_y;
      const double eta = -1 / (norm(View(d)) * std::min(0.01, norm(View(g))));
      beta = std::max(dot(View(z), next_g) / d_y, eta);
    }
    EXPECT_NEAR(state.scalars.at("beta"), beta, 1e-10 * (1 + std::abs(beta))) << k;
    bent += beta != 0;
    expected.assign(4, 0);
    for (std::size_t i = 0; i < 4; ++i) expected[i] = beta * d[i] - next_g[i];
    if (dot(View(expected), next_g) >= 0)
      for (std::size_t i = 0; i < 4; ++i) expected[i] = -next_g[i];
  }
  EXPECT_GT(bent, 12);
}

TEST_P(NonlinearCgWith, FindsRosenbrocksMinimum) {
  for (const Index n : {2, 100}) {
    test::ExtendedRosenbrock<double> f(n);
    NonlinearCg<double> cg(
        {GetParam(), GetParam() == Beta::polak_ribiere ? LineSearch{.curvature = 0.1} : of_the_paper});
    Vector<double> theta = f.start();
    const MinimizeResult result = minimize(f, theta, cg, {.max_steps = 300, .gradient_norm = 1e-8});
    EXPECT_TRUE(result.converged) << n << ": " << result.reason;
    for (const double x : theta) EXPECT_NEAR(x, 1, 1e-7);
  }
}

TEST_P(NonlinearCgWith, AStateRestoredGoesOnWithTheSameBits) {
  test::ExtendedRosenbrock<double> f(10);
  NonlinearCg<double> cg({.beta = GetParam()}), other({.beta = GetParam()});
  cg.reset(10);
  Vector<double> theta = f.start();
  for (int k = 0; k < 7; ++k) cg.step(f, theta);
  Vector<double> copy = theta;
  test::CopiedState state(cg);
  other.reset(10);
  state.restore(other);
  for (int k = 0; k < 9; ++k) {
    cg.step(f, theta);
    other.step(f, copy);
    ASSERT_EQ(theta, copy) << k;
  }
}

TEST_P(NonlinearCgWith, AllocatesNothingInAStep) {
  test::ExtendedRosenbrock<float> f(20);
  NonlinearCg<float> cg({.beta = GetParam()});
  cg.reset(20);
  Vector<float> theta = f.start();
  const auto before = test::allocations();
  for (int i = 0; i < 12; ++i) ASSERT_EQ(cg.step(f, theta).status, Status::ok);
  EXPECT_EQ(test::allocations(), before);
}

TEST(NonlinearCg, IsPolakRibiereWithANearlyExactSearchByDefault) {
  const NonlinearCgOptions options;
  EXPECT_EQ(options.beta, Beta::polak_ribiere);
  EXPECT_EQ(options.line_search.kind, LineSearch::Kind::strong_wolfe);
  EXPECT_EQ(options.line_search.sufficient_decrease, 1e-4);
  EXPECT_EQ(options.line_search.curvature, 0.1);
}

// The first step is not 1e15 long, nor the last of 1e-15.
TEST(NonlinearCg, StandsHugeAndTinyGradientsInFloat) {
  for (const float scale : {1e-15F, 1e15F}) {
    test::Quadratic<float> f({{scale, 0}, {0, 4 * scale}}, {0, 0});
    NonlinearCg<float> cg;
    cg.reset(2);
    Vector<float> theta = {1, 1};
    StepReport report;
    for (int i = 0; i < 8 && report.status == Status::ok; ++i) report = cg.step(f, theta);
    EXPECT_LT(std::abs(theta[0]) + std::abs(theta[1]), 1e-3F) << scale;
    EXPECT_NE(report.status, Status::line_search_failed) << report.message;
  }
}

}  // namespace
}  // namespace gradus
