#include "optim/second_order/gauss_newton.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <set>

#include "optim/minimize.h"
#include "optim/objectives/more_garbow_hillstrom.h"
#include "tests/optim/quadratic.h"
#include "tests/support/count_allocations.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using testing::HasSubstr;

// y = c₁ exp(c₂ t) at t = 0, ¼, …, 2, without noise, for c = (2, −1.5).
std::shared_ptr<const Residuals> decay() {
  return make_residuals(2, 9, []<class T>(OneBased<const T> c, OneBased<T> f) {
    using std::exp;
    for (int i = 1; i <= f.size(); ++i) {
      const double t = (i - 1) / 4.0;
      f(i) = c(1) * exp(c(2) * t) - 2 * std::exp(-1.5 * t);
    }
  });
}

template <class Scalar>
StepReport one_step(Objective<Scalar>& f, Vector<Scalar>& theta, GaussNewtonOptions options = {}) {
  GaussNewton<Scalar> method(options);
  method.reset(f.layout());
  return method.step(f, theta);
}

// Whether conjugate gradient solves.
class GaussNewtonBy : public testing::TestWithParam<bool> {
 protected:
  GaussNewtonOptions options() const { return {.dense_limit = GetParam() ? 0 : 500}; }
};
INSTANTIATE_TEST_SUITE_P(Solver, GaussNewtonBy, testing::Bool(),
                         [](const auto& by) { return by.param ? "conjugate_gradient" : "cholesky"; });

TEST_P(GaussNewtonBy, LinearResidualsTakeOneStep) {
  // 3x + y = 9, x + 2y = 8: (2, 3).
  LeastSquares<double> f(make_residuals(2, 2, [](auto x, auto r) {
    r(1) = 3.0 * x(1) + x(2) - 9.0;
    r(2) = x(1) + 2.0 * x(2) - 8.0;
  }));
  Vector<double> theta = {-50, 70};
  const StepReport report = one_step(f, theta, options());
  EXPECT_EQ(report.status, Status::ok);
  EXPECT_EQ(report.step_size, 1);
  EXPECT_EQ(report.evaluations.values, 1);
  // Conjugate gradient takes two steps, and one more where rounding leaves a rest.
  EXPECT_GE(report.evaluations.products, 2);
  EXPECT_LE(report.evaluations.products, GetParam() ? 3 : 2);
  EXPECT_EQ(report.inner_iterations, GetParam() ? report.evaluations.products : 0);
  EXPECT_NEAR(theta[0], 2, 1e-11);
  EXPECT_NEAR(theta[1], 3, 1e-11);
}

TEST_P(GaussNewtonBy, FitsADecay) {
  LeastSquares<double> f(decay());
  GaussNewton<double> method(options());
  Vector<double> theta = {1, 0};
  const auto result = minimize(f, theta, method, {.max_steps = 20, .gradient_norm = 1e-12});
  EXPECT_TRUE(result.converged) << result.reason;
  EXPECT_NEAR(theta[0], 2, 1e-12);
  EXPECT_NEAR(theta[1], -1.5, 1e-12);
}

TEST_P(GaussNewtonBy, FitsADecayInFloat) {
  LeastSquares<float> f(decay());
  GaussNewton<float> method(options());
  Vector<float> theta = {1, 0};
  const auto result = minimize(f, theta, method, {.max_steps = 20, .gradient_norm = 1e-5});
  EXPECT_TRUE(result.converged) << result.reason;
  EXPECT_NEAR(theta[0], 2, 1e-5);
  EXPECT_NEAR(theta[1], -1.5, 1e-5);
}

TEST_P(GaussNewtonBy, SolvesWhereTheMatrixIsSingular) {
  // Any x + y = 3 is a minimum, and nothing depends on z.
  LeastSquares<double> f(make_residuals(3, 2, [](auto x, auto r) {
    r(1) = x(1) + x(2) - 3.0 + 0.0 * x(3);
    r(2) = 2.0 * x(1) + 2.0 * x(2) - 6.0;
  }));
  GaussNewton<double> method(options());
  Vector<double> theta = {10, -2, 7};
  const auto result = minimize(f, theta, method, {.max_steps = 10, .gradient_norm = 1e-10});
  EXPECT_TRUE(result.converged) << result.reason;
  EXPECT_NEAR(theta[0] + theta[1], 3, 1e-10);
  EXPECT_NEAR(theta[0] - theta[1], 12, 1e-9) << "what does not matter stays";
  EXPECT_EQ(theta[2], 7);
}

TEST(GaussNewton, ShiftsRelativelyToTheDiagonal) {
  LeastSquares<double> f(make_residuals(2, 1, [](auto x, auto r) { r(1) = 1000.0 * x(1) + x(2) - 3.0; }));
  Vector<double> theta = {0, 0};
  const StepReport report = one_step(f, theta, {.min_shift = 0.25});
  EXPECT_EQ(report.damping, 0.25);
  // (G + ¼ diag G) d = −g with G = 2 aaᵀ, a = (1000, 1): d = 3 (1/1000, 1)/2.25.
  EXPECT_NEAR(theta[0], 3 / 2250.0, 1e-15);
  EXPECT_NEAR(theta[1], 3 / 2.25, 1e-12);
}

TEST(GaussNewton, SolvesAllButTwoOfTheProblemsOfMoreGarbowAndHillstrom) {
  // On 11 (Gulf) and 24 (Penalty II, n = 10) G is almost singular on the way, and its directions almost at right angles to
  // g: the line search makes tiny steps. That is what the method is known for.
  std::set<std::string> missed;
  for (const TestProblem& problem : more_garbow_hillstrom()) {
    LeastSquares<double> f(problem.residuals);
    GaussNewton<double> method;
    Vector<double> theta(problem.start.begin(), problem.start.end());
    const auto result = minimize(f, theta, method, {.max_steps = 1000, .gradient_norm = 0});
    bool found = false;
    for (const double minimum : problem.minima)
      found = found || result.loss <= minimum + 1e-7 * minimum + 1e-28;
    if (!found) missed.insert(problem.name + " " + std::to_string(problem.n));
    EXPECT_TRUE(result.status != Status::converged || result.gradient_norm == 0) << problem.name;
  }
  EXPECT_THAT(missed, testing::IsSubsetOf({"Gulf research and development 3", "Penalty II 10"}));
}

class BrokenProduct : public test::Quadratic<double>, private Curvature<double> {
 public:
  using View = std::span<const double>;
  using Ref = std::span<double>;
  BrokenProduct() : Quadratic({{1, 0}, {0, 1}}, {1, 1}) {}
  double value(View theta) override { return Quadratic::value(theta); }
  Curvature<double>& gauss_newton(View) override { return *this; }

 private:
  void apply(View v, Ref out) override {
    out[0] = v[0];
    out[1] = v[1] == 0 ? 0 : std::numeric_limits<double>::infinity();
  }
};

TEST_P(GaussNewtonBy, LeavesThetaWhereTheMatrixIsNotFinite) {
  BrokenProduct f;
  Vector<double> theta = {3, 4};
  const StepReport report = one_step(f, theta, options());
  EXPECT_EQ(report.status, Status::non_finite);
  EXPECT_THAT(report.message, HasSubstr(GetParam() ? "The product of the Gauss–Newton matrix and the gradient"
                                                   : "not finite in the column of θ[1]"));
  EXPECT_EQ(theta, (Vector<double>{3, 4}));
}

TEST_P(GaussNewtonBy, AllocatesInResetAloneAndBeginsAnew) {
  LeastSquares<double> f(decay());
  GaussNewton<double> method(options());
  method.reset(2);
  Vector<double> theta = {1, 0}, again = theta;
  const auto before = test::allocations();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(method.step(f, theta).status, Status::ok);
  EXPECT_EQ(test::allocations(), before);
  method.reset(2);
  for (int i = 0; i < 5; ++i) method.step(f, again);
  EXPECT_EQ(again, theta);
}

TEST(GaussNewton, NeedsAGaussNewtonMatrix) {
  test::Quadratic<double> f({{1}}, {1});
  Vector<double> theta = {3};
  EXPECT_ERROR(one_step(f, theta), "Gauss–Newton products");
  EXPECT_ERROR(GaussNewton<double>({.cg_iterations = 0}), "cg_iterations");
}

}  // namespace
}  // namespace gradus
