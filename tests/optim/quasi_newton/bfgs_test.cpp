#include "optim/quasi_newton/bfgs.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/threads.h"
#include "optim/minimize.h"
#include "tests/optim/copied_state.h"
#include "tests/optim/line_search/functions.h"
#include "tests/optim/quasi_newton/moving_quadratic.h"
#include "tests/support/count_allocations.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using View = std::span<const double>;
using Update = BfgsOptions::Update;
using test::nearly_exact;

std::vector<std::vector<double>> inverse_hessian(Optimizer<double>& bfgs, std::size_t n) {
  const Vector<double> h = test::CopiedState(bfgs).doubles.at("H");
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < n; ++i)
    rows.emplace_back(h.begin() + static_cast<std::ptrdiff_t>(i * n),
                      h.begin() + static_cast<std::ptrdiff_t>((i + 1) * n));
  return rows;
}

class BfgsWith : public testing::TestWithParam<std::tuple<Update, bool>> {
 protected:
  const BfgsOptions options_{.update = std::get<0>(GetParam()),
                             .scale_initial = std::get<1>(GetParam()),
                             .line_search = nearly_exact};
};
INSTANTIATE_TEST_SUITE_P(Updates, BfgsWith,
                         testing::Combine(testing::Values(Update::product, Update::sum), testing::Bool()));

TEST_P(BfgsWith, EndsOnAQuadraticInNStepsWithTheInverseHessian) {
  const std::vector<double> eigenvalues = {1, 2, 3, 5, 8, 13, 21, 34};
  std::vector<double> inverses;
  for (const double x : eigenvalues) inverses.push_back(1 / x);
  const auto a = test::matrix_of(eigenvalues), a_inverse = test::matrix_of(inverses);
  const Vector<double> start = {1, -2, 0.5, 3, -1, 1, 2, -3};
  const auto expected = test::conjugate_gradient(a, start, 8);

  test::Quadratic<double> f(a, std::vector<double>(8));
  Bfgs<double> bfgs(options_);
  bfgs.reset(8);
  Vector<double> theta = start;
  for (std::size_t k = 0; k < 8; ++k) {
    ASSERT_EQ(bfgs.step(f, theta).status, Status::ok);
    // The searches are exact to 1e-10 of the slope, which the condition of 34 and the steps amplify.
    for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(theta[i], expected[k][i], 1e-7) << k;
  }
  EXPECT_LT(norm(View(theta)), 1e-7);
  const auto h = inverse_hessian(bfgs, 8);
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t j = 0; j < 8; ++j) EXPECT_NEAR(h[i][j], a_inverse[i][j], 1e-6) << i << ", " << j;
}

TEST(Bfgs, BothFormsOfTheUpdateAgree) {
  test::ExtendedRosenbrock<double> f(6);
  Bfgs<double> product({.update = Update::product}), sum({.update = Update::sum});
  product.reset(6);
  sum.reset(6);
  Vector<double> theta = f.start();
  theta[2] = 0.7;
  theta[5] = -0.3;
  Vector<double> other = theta;
  for (int k = 0; k < 12; ++k) {
    product.step(f, theta);
    sum.step(f, other);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(theta[i], other[i], 1e-9) << k;
    const auto h = inverse_hessian(product, 6), h_sum = inverse_hessian(sum, 6);
    for (std::size_t i = 0; i < 6; ++i)
      for (std::size_t j = 0; j < 6; ++j) {
        EXPECT_NEAR(h[i][j], h_sum[i][j], 1e-8) << k;
        EXPECT_NEAR(h_sum[i][j], h_sum[j][i], 1e-13) << k;
      }
  }
}

TEST(Bfgs, FindsRosenbrocksMinimum) {
  for (const Update update : {Update::product, Update::sum})
    for (const Index n : {2, 20}) {
      test::ExtendedRosenbrock<double> f(n);
      Bfgs<double> bfgs({.update = update});
      Vector<double> theta = f.start();
      const MinimizeResult result = minimize(f, theta, bfgs, {.max_steps = 150, .gradient_norm = 1e-10});
      EXPECT_TRUE(result.converged) << result.reason;
      for (const double x : theta) EXPECT_NEAR(x, 1, 1e-10);
    }
}

TEST(Bfgs, TakesBothGradientsOfAPairFromOneFunction) {
  Bfgs<double> bfgs;
  test::expect_pairs_of_one_function(bfgs);
}

// H stays I.
TEST(Bfgs, LeavesOutAPairOfNegativeCurvature) {
  test::Concave f;
  Bfgs<double> bfgs({.line_search = test::to_the_first_trial});
  bfgs.reset(2);
  Vector<double> theta = {0.1, 0.2};
  ASSERT_EQ(bfgs.step(f, theta).status, Status::ok);
  const auto h = inverse_hessian(bfgs, 2);
  EXPECT_EQ(h, (std::vector<std::vector<double>>{{1, 0}, {0, 1}}));
}

TEST(Bfgs, DampsAPairOfNegativeCurvature) {
  test::Concave f;
  Bfgs<double> bfgs(
      {.bad_curvature = BadCurvature::damp, .scale_initial = false, .line_search = test::to_the_first_trial});
  bfgs.reset(2);
  Vector<double> theta = {0.1, 0.2};
  const auto b = [&] {
    const auto h = inverse_hessian(bfgs, 2);
    const double det = h[0][0] * h[1][1] - h[0][1] * h[1][0];
    EXPECT_GT(det, 0);
    return std::vector<std::vector<double>>{{h[1][1] / det, -h[0][1] / det}, {-h[1][0] / det, h[0][0] / det}};
  };
  for (int k = 0; k < 3; ++k) {
    const auto before = b();
    const Vector<double> from = theta;
    ASSERT_EQ(bfgs.step(f, theta).status, Status::ok);
    const Vector<double> s = test::difference(theta, from);
    const double s_Bs = dot(View(s), test::product(before, s));
    EXPECT_NEAR(dot(View(s), test::product(b(), s)) / s_Bs, 0.2, 1e-12) << k;  // B⁺s = y
  }
}

TEST(Bfgs, RefusesAMatrixThatIsTooLarge) {
  Bfgs<double> bfgs({.max_parameters = 10});
  EXPECT_ERROR(bfgs.reset(11), "[bfgs] for 11 parameters the matrix H takes");
  EXPECT_ERROR(bfgs.reset(11), "max_parameters is 10. Raise it, or choose lbfgs");
  EXPECT_ERROR(Bfgs<double>().reset(20001), "3.2 GB");
  EXPECT_NO_THROW(bfgs.reset(10));

  // A reset that was refused changed nothing.
  EXPECT_ERROR(bfgs.reset(11), "[bfgs]");
  test::ExtendedRosenbrock<double> f(10), larger(11);
  Vector<double> theta = f.start(), too_long(11);
  EXPECT_ERROR(bfgs.step(larger, too_long), "11 elements, but reset was called for 10");
  EXPECT_EQ(bfgs.step(f, theta).status, Status::ok);
}

TEST(Bfgs, RefusesOptionsOutOfTheirRange) {
  EXPECT_ERROR(Bfgs<double>({.max_parameters = 0}), "max_parameters");
  EXPECT_ERROR(Bfgs<double>({.line_search = {.sufficient_decrease = 0.5, .curvature = 0.9}}),
               "sufficient_decrease");
}

TEST(Bfgs, EndsInFloatAtTheRoundingFloor) {
  for (const Update update : {Update::product, Update::sum})
    test::expect_the_rounding_floor([&] { return Bfgs<float>({.update = update}); }, 400);
}

TEST(Bfgs, AStateRestoredGoesOnWithTheSameBitsOnAnyNumberOfThreads) {
  test::ExtendedRosenbrock<double> f(40);
  Bfgs<double> bfgs, other;
  bfgs.reset(40);
  Vector<double> theta = f.start();
  for (int k = 0; k < 7; ++k) bfgs.step(f, theta);
  Vector<double> copy = theta;
  test::CopiedState state(bfgs);
  other.reset(40);
  state.restore(other);
  const int threads_before = threads();
  for (int k = 0; k < 9; ++k) {
    set_threads(1);
    bfgs.step(f, theta);
    set_threads(3);
    other.step(f, copy);
    ASSERT_EQ(theta, copy) << k;
  }
  set_threads(threads_before);
}

TEST(Bfgs, AllocatesNothingInAStep) {
  for (const Update update : {Update::product, Update::sum}) {
    test::ExtendedRosenbrock<float> f(40);
    Bfgs<float> bfgs({.update = update});
    bfgs.reset(40);
    Vector<float> theta = f.start();
    bfgs.step(f, theta);  // starts the threads
    const auto before = test::allocations();
    for (int i = 0; i < 12; ++i) ASSERT_EQ(bfgs.step(f, theta).status, Status::ok);
    EXPECT_EQ(test::allocations(), before);
  }
}

}  // namespace
}  // namespace gradus
