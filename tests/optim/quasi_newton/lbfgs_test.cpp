#include "optim/quasi_newton/lbfgs.h"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/threads.h"
#include "optim/minimize.h"
#include "optim/quasi_newton/bfgs.h"
#include "tests/optim/copied_state.h"
#include "tests/optim/line_search/functions.h"
#include "tests/optim/quasi_newton/moving_quadratic.h"
#include "tests/support/count_allocations.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using View = std::span<const double>;
using Matrix = std::vector<std::vector<double>>;
using test::nearly_exact;

TEST(Lbfgs, MakesTheStepsOfBfgsAndOfConjugateGradientOnAQuadratic) {
  const Matrix a = test::matrix_of({1, 2, 3, 5, 8, 13, 21, 34});
  const Vector<double> start = {1, -2, 0.5, 3, -1, 1, 2, -3};
  const auto expected = test::conjugate_gradient(a, start, 8);
  test::Quadratic<double> f(a, std::vector<double>(8));
  for (const Index m : {1, 3, 8, 20}) {
    Lbfgs<double> lbfgs({.curvature_pairs = m, .line_search = nearly_exact});
    Bfgs<double> bfgs({.line_search = nearly_exact});
    lbfgs.reset(8);
    bfgs.reset(8);
    Vector<double> theta = start, of_bfgs = start;
    for (std::size_t k = 0; k < 8; ++k) {
      ASSERT_EQ(lbfgs.step(f, theta).status, Status::ok);
      bfgs.step(f, of_bfgs);
      // The searches are exact to 1e-10 of the slope, which the condition of 34 and the steps amplify.
      for (std::size_t i = 0; i < 8; ++i) {
        EXPECT_NEAR(theta[i], expected[k][i], 1e-7) << m << ", step " << k;
        EXPECT_NEAR(theta[i], of_bfgs[i], 1e-7) << m << ", step " << k;
      }
    }
  }
}

TEST(Lbfgs, FollowsTheTextbooksTrajectories) {
  const auto json = nlohmann::json::parse(std::ifstream(GRADUS_LBFGS));
  const auto diagonal = json.at("diagonal").get<std::vector<double>>();
  const auto beside = json.at("beside").get<std::vector<double>>();
  const std::size_t n = diagonal.size();
  Matrix a(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) a[i][i] = diagonal[i];
  for (std::size_t i = 0; i + 1 < n; ++i) a[i][i + 1] = a[i + 1][i] = beside[i];
  test::Quadratic<double> f(a, std::vector<double>(n));
  for (const auto& run : json.at("runs")) {
    const bool exact = run.at("line_search") == "exact";
    LbfgsOptions options{.curvature_pairs = json.at("pairs").get<Index>()};
    options.initial = run.at("initial") == "diagonal" ? Initial::diagonal : Initial::identity;
    if (exact)
      options.line_search = {.sufficient_decrease = 1e-13, .curvature = 1e-12};
    else
      options.line_search = {.kind = LineSearch::Kind::backtracking};
    Lbfgs<double> lbfgs(options);
    lbfgs.reset(static_cast<Index>(n));
    const auto start = json.at("start").get<std::vector<double>>();
    Vector<double> theta(start.begin(), start.end());
    int step = 0;
    for (const auto& iterate : run.at("iterates")) {
      lbfgs.step(f, theta);
      ++step;
      for (std::size_t i = 0; i < n; ++i)
        EXPECT_NEAR(theta[i], iterate[i].get<double>(), 1e-9)
            << run.at("initial") << ", " << run.at("line_search") << ", step " << step;
    }
    EXPECT_EQ(step, 10);
  }
}

// H of the pairs, the oldest first, as whole matrices: H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ.
struct Pair {
  Vector<double> s, y;
};
Matrix updated(Matrix h, const Pair& p) {
  const std::size_t n = h.size();
  const Vector<double> h_y = test::product(h, p.y);
  const double rho = 1 / dot(View(p.s), p.y), y_hy = dot(View(p.y), h_y);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      h[i][j] += -rho * (p.s[i] * h_y[j] + h_y[i] * p.s[j]) + rho * (1 + rho * y_hy) * p.s[i] * p.s[j];
  return h;
}

class LbfgsFrom : public testing::TestWithParam<Initial> {};
INSTANTIATE_TEST_SUITE_P(Both, LbfgsFrom, testing::Values(Initial::identity, Initial::diagonal),
                         [](const auto& name) { return std::string(initial_names[name.index]); });

TEST_P(LbfgsFrom, StepsAlongTheUpdatesOfTheInitialMatrix) {
  constexpr std::size_t n = 6, m = 4;
  test::ExtendedRosenbrock<double> f(n);
  Lbfgs<double> lbfgs({.curvature_pairs = m, .initial = GetParam()});
  lbfgs.reset(n);
  Vector<double> theta = f.start(), g(n), next_g(n), diagonal(n, 1);
  theta[3] = 0.4;
  std::vector<Pair> pairs;
  for (int k = 0; k < 15; ++k) {
    Matrix h(n, std::vector<double>(n));
    for (std::size_t i = 0; i < n; ++i) h[i][i] = diagonal[i];
    for (const Pair& pair : pairs) h = updated(h, pair);

    const Vector<double> before = theta;
    f.gradient(theta, g);
    ASSERT_EQ(lbfgs.step(f, theta).status, Status::ok);
    f.gradient(theta, next_g);
    const Vector<double> d = test::CopiedState(lbfgs).doubles.at("d"), h_g = test::product(h, g);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(d[i], -h_g[i], 1e-8 * norm(View(h_g))) << k;

    const Pair p{test::difference(theta, before), test::difference(next_g, g)};
    pairs.push_back(p);
    if (pairs.size() > m) pairs.erase(pairs.begin());
    const double s_y = dot(View(p.s), p.y);
    ASSERT_GT(s_y, 0);
    if (GetParam() == Initial::identity) {
      diagonal.assign(n, s_y / dot(View(p.y), p.y));
      continue;
    }
    double y_Dy = 0, s_Bs = 0;
    for (std::size_t i = 0; i < n; ++i) y_Dy += diagonal[i] * p.y[i] * p.y[i];
    for (double& x : diagonal) x *= s_y / y_Dy;
    for (std::size_t i = 0; i < n; ++i) s_Bs += p.s[i] * p.s[i] / diagonal[i];
    for (std::size_t i = 0; i < n; ++i)
      diagonal[i] = 1 / (1 / diagonal[i] + p.y[i] * p.y[i] / s_y - std::pow(p.s[i] / diagonal[i], 2) / s_Bs);
  }
}

TEST_P(LbfgsFrom, FindsRosenbrocksMinimum) {
  for (const Index m : {3, 10})
    for (const Index n : {2, 100}) {
      test::ExtendedRosenbrock<double> f(n);
      Lbfgs<double> lbfgs({.curvature_pairs = m, .initial = GetParam()});
      Vector<double> theta = f.start();
      const MinimizeResult result = minimize(f, theta, lbfgs, {.max_steps = 150, .gradient_norm = 1e-10});
      EXPECT_TRUE(result.converged) << result.reason;
      for (const double x : theta) EXPECT_NEAR(x, 1, 1e-10);
    }
}

TEST_P(LbfgsFrom, TakesBothGradientsOfAPairFromOneFunction) {
  Lbfgs<double> lbfgs({.curvature_pairs = 5, .initial = GetParam()});
  test::expect_pairs_of_one_function(lbfgs);
}

TEST_P(LbfgsFrom, EndsInFloatAtTheRoundingFloor) {
  test::expect_the_rounding_floor([] { return Lbfgs<float>({.initial = GetParam()}); }, 400);
}

TEST_P(LbfgsFrom, AStateRestoredGoesOnWithTheSameBitsOnAnyNumberOfThreads) {
  test::ExtendedRosenbrock<float> f(10'000);
  Lbfgs<float> lbfgs({.curvature_pairs = 4, .initial = GetParam()}),
      other({.curvature_pairs = 4, .initial = GetParam()});
  lbfgs.reset(f.layout());
  Vector<float> theta = f.start();
  for (int k = 0; k < 7; ++k) lbfgs.step(f, theta);
  Vector<float> copy = theta;
  test::CopiedState state(lbfgs);
  other.reset(f.layout());
  state.restore(other);
  const int threads_before = threads();
  for (int k = 0; k < 9; ++k) {
    set_threads(1);
    lbfgs.step(f, theta);
    set_threads(3);
    other.step(f, copy);
    ASSERT_EQ(theta, copy) << k;
  }
  set_threads(threads_before);
}

TEST_P(LbfgsFrom, AllocatesNothingInAStep) {
  test::ExtendedRosenbrock<float> f(100);
  Lbfgs<float> lbfgs({.initial = GetParam()});
  lbfgs.reset(100);
  Vector<float> theta = f.start();
  lbfgs.step(f, theta);
  const auto before = test::allocations();
  for (int i = 0; i < 15; ++i) ASSERT_EQ(lbfgs.step(f, theta).status, Status::ok);
  EXPECT_EQ(test::allocations(), before);
}

// Without a pair the next direction is −g once more.
// A batch of curvature A whose overlap with the next has curvature B.
class Overlapping : public test::Quadratic<double> {
 public:
  Overlapping() : Quadratic(test::matrix_of({1, 3, 9}), std::vector<double>(3)) {}
  Overlap<double> overlap() override { return {shares ? &shared : nullptr, 0.1}; }
  Matrix b = {{6, 1, 0}, {1, 4, 1}, {0, 1, 2}};
  test::Quadratic<double> shared{b, std::vector<double>{1, 2, 3}};
  bool shares = true;
};

TEST(Lbfgs, TakesPairsFromTheOverlapOfBatchesWhereThereIsOne) {
  for (const auto pairs : {LbfgsOptions::Pairs::same_batch, LbfgsOptions::Pairs::overlap})
    for (const bool shares : {true, false}) {
      Overlapping f;
      f.shares = shares;
      Lbfgs<double> lbfgs({.pairs = pairs, .line_search = {.kind = LineSearch::Kind::backtracking}});
      lbfgs.reset(3);
      Vector<double> theta = {3, -1, 2};
      const Vector<double> start = theta;
      const StepReport report = lbfgs.step(f, theta);
      test::CopiedState state(lbfgs);
      const auto& block = state.doubles.at("pairs s, y");  // 11 places for s, then for y
      const Vector<double> s = test::difference(theta, start), y(block.begin() + 33, block.begin() + 36);
      const bool overlap = shares && pairs == LbfgsOptions::Pairs::overlap;
      const Vector<double> expected = test::product(overlap ? f.b : test::matrix_of({1, 3, 9}), s);
      for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(y[i], expected[i], 1e-13 * norm(View(expected)));
      EXPECT_EQ(report.evaluations.gradients, overlap ? 3 : 2) << "where the step begins, and the pair's";
    }
}

TEST(Lbfgs, LeavesOutAPairOfNegativeCurvature) {
  test::Concave f;
  Lbfgs<double> lbfgs({.line_search = test::to_the_first_trial});
  lbfgs.reset(2);
  Vector<double> theta = {0.1, 0.2}, g(2);
  lbfgs.step(f, theta);
  f.gradient(theta, g);
  ASSERT_EQ(lbfgs.step(f, theta).status, Status::ok);
  EXPECT_EQ(test::CopiedState(lbfgs).doubles.at("d"), (Vector<double>{-g[0], -g[1]}));
}

// y = φ (g⁺ − g) + (1 − φ) B s with B = I, sᵀy = 0.2 sᵀs; H is γI with γ = sᵀy/yᵀy updated by the pair.
TEST(Lbfgs, DampsAPairOfNegativeCurvature) {
  test::Concave f;
  Lbfgs<double> lbfgs({.bad_curvature = BadCurvature::damp, .line_search = test::to_the_first_trial});
  lbfgs.reset(2);
  Vector<double> theta = {0.1, 0.2}, g(2), next_g(2);
  const Vector<double> from = theta;
  f.gradient(theta, g);
  lbfgs.step(f, theta);
  f.gradient(theta, next_g);
  const Vector<double> s = test::difference(theta, from);
  Vector<double> y = test::difference(next_g, g);
  const double s_s = dot(View(s), s), s_y = dot(View(s), y);
  ASSERT_LT(s_y, 0);
  const double phi = 0.8 * s_s / (s_s - s_y);
  for (std::size_t i = 0; i < 2; ++i) y[i] = phi * y[i] + (1 - phi) * s[i];
  EXPECT_NEAR(dot(View(s), y), 0.2 * s_s, 1e-15);
  const double gamma = dot(View(s), y) / dot(View(y), y);
  const Vector<double> h_g = test::product(updated({{gamma, 0}, {0, gamma}}, {s, y}), next_g);
  ASSERT_EQ(lbfgs.step(f, theta).status, Status::ok);
  const Vector<double> d = test::CopiedState(lbfgs).doubles.at("d");
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(d[i], -h_g[i], 1e-12);
}

TEST(Lbfgs, RefusesANumberOfPairsOutOfItsRange) {
  for (const Index m : {-1, 0, 1001}) EXPECT_ERROR(Lbfgs<float>({.curvature_pairs = m}), "curvature_pairs");
  for (const Index m : {1, 1000}) EXPECT_NO_THROW(Lbfgs<float>({.curvature_pairs = m}));
}

TEST(Lbfgs, StandsNoUnknownsAndOne) {
  test::Quadratic<double> none({}, {});
  Lbfgs<double> lbfgs;
  lbfgs.reset(0);
  Vector<double> empty;
  EXPECT_EQ(lbfgs.step(none, empty).status, Status::converged);

  test::Quadratic<double> one({{3}}, {6});
  Vector<double> theta = {-50};
  EXPECT_TRUE(minimize(one, theta, lbfgs).converged);
  EXPECT_NEAR(theta[0], 2, 1e-6);
}

}  // namespace
}  // namespace gradus
