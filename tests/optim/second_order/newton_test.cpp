#include "optim/second_order/newton.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "optim/minimize.h"
#include "optim/objectives/more_garbow_hillstrom.h"
#include "optim/second_order/gauss_newton.h"
#include "optim/vector_math.h"
#include "tests/optim/quadratic.h"
#include "tests/support/count_allocations.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

using testing::HasSubstr;

std::shared_ptr<const Residuals> rosenbrock() {
  return make_residuals(2, 2, [](auto x, auto f) {
    f(1) = 10.0 * (x(2) - x(1) * x(1));
    f(2) = 1.0 - x(1);
  });
}

template <class Scalar>
StepReport one_step(Objective<Scalar>& f, Vector<Scalar>& theta, NewtonOptions options = {}) {
  Newton<Scalar> newton(options);
  newton.reset(f.layout());
  return newton.step(f, theta);
}

template <class Scalar>
class NewtonOn : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(NewtonOn, Scalars);

TYPED_TEST(NewtonOn, AQuadraticTakesOneStep) {
  // A = Q diag(1, …) Qᵀ + I of 120 unknowns, so of more than one panel; b = A x* for x* = (1, 2, …)/n.
  const std::size_t n = 120;
  const Vector<double> random = test::normal_vector(n * n, "matrix");
  std::vector<std::vector<TypeParam>> a(n, std::vector<TypeParam>(n));
  std::vector<TypeParam> b(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = i == j ? 1 : 0;
      for (std::size_t k = 0; k < n; ++k) sum += random[i * n + k] * random[j * n + k] / n;
      a[i][j] = static_cast<TypeParam>(sum);
    }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) b[i] += a[i][j] * static_cast<TypeParam>(j + 1) / n;
  test::Quadratic<TypeParam> f(a, b);
  Vector<TypeParam> theta(n, 3);
  const StepReport report = one_step(f, theta);
  EXPECT_EQ(report.status, Status::ok);
  EXPECT_EQ(report.step_size, 1);
  EXPECT_EQ(report.damping, 0);
  EXPECT_EQ(report.evaluations.gradients, 1);
  EXPECT_EQ(report.evaluations.values, 1);
  EXPECT_EQ(report.evaluations.products, 120);
  const double rounding = std::numeric_limits<TypeParam>::epsilon();
  for (std::size_t i = 0; i < n; ++i)
    EXPECT_NEAR(theta[i], static_cast<double>(i + 1) / n, 200 * rounding);  // condition number about 5
}

TYPED_TEST(NewtonOn, OneUnknown) {
  test::Quadratic<TypeParam> f({{4}}, {2});
  Vector<TypeParam> theta = {3};
  EXPECT_EQ(one_step(f, theta).status, Status::ok);
  EXPECT_EQ(theta[0], TypeParam(0.5));
}

TYPED_TEST(NewtonOn, FindsTheMinimumOfRosenbrock) {
  LeastSquares<TypeParam> f(rosenbrock());
  Newton<TypeParam> newton;
  Vector<TypeParam> theta = {TypeParam(-1.2), 1};
  const auto result = minimize(f, theta, newton, {.max_steps = 40, .gradient_norm = 1e-5});
  EXPECT_TRUE(result.converged) << result.reason;
  EXPECT_NEAR(theta[0], 1, 1e-5);
  EXPECT_NEAR(theta[1], 1, 1e-5);
}

TEST(Newton, ConvergesQuadratically) {
  // f = (eˣ − 1)²: f'/f'' = (eˣ − 1)/(2eˣ − 1), so x becomes 3/2 x² + O(x³).
  LeastSquares<double> f(make_residuals(1, 1, [](auto x, auto r) {
    using std::exp;
    r(1) = exp(x(1)) - 1.0;
  }));
  Newton<double> newton;
  newton.reset(1);
  Vector<double> theta = {0.1};
  for (int i = 0; i < 3; ++i) {
    const double x = theta[0];
    EXPECT_EQ(newton.step(f, theta).step_size, 1);
    EXPECT_NEAR(theta[0] / (x * x), 1.5, 4 * x);
  }
}

TEST(Newton, ShiftsAnIndefiniteHessianAndGoesDown) {
  // f = ½ x² − ½ y² + …: H = diag(1, −1): τ = β + 1.
  test::Quadratic<double> f({{1, 0}, {0, -1}}, {0, 0});
  Vector<double> theta = {1, 0.1};
  const double before = f.value(theta);
  const StepReport report = one_step(f, theta, {.min_shift = 0.5});
  EXPECT_EQ(report.damping, 1.5);
  EXPECT_LT(f.value(theta), before);
  EXPECT_NEAR(theta[0], 1 - 1 / 2.5, 1e-15);
  EXPECT_NEAR(theta[1], 0.1 + 0.1 / 0.5, 1e-15);
}

TEST(Newton, LeavesTheNeighbourhoodOfASaddlePointAndStaysOnIt) {
  // f = x² + (y² − 1)²: a saddle at 0, minima at (0, ±1).
  LeastSquares<double> f(make_residuals(2, 2, [](auto x, auto r) {
    r(1) = x(1);
    r(2) = x(2) * x(2) - 1.0;
  }));
  Newton<double> newton;
  Vector<double> theta = {0.3, 1e-8};
  const auto result = minimize(f, theta, newton, {.max_steps = 100, .gradient_norm = 1e-12});
  EXPECT_TRUE(result.converged) << result.reason;
  EXPECT_NEAR(theta[0], 0, 1e-12);
  EXPECT_NEAR(theta[1], 1, 1e-12);

  Vector<double> saddle = {0, 0};
  const StepReport report = one_step(f, saddle);
  EXPECT_EQ(report.status, Status::converged);
  EXPECT_EQ(saddle, (Vector<double>{0, 0}));
}

TEST(Newton, TakesTheGaussNewtonMatrixByChoice) {
  // One step from far away solves the linear residuals; the Hessian adds f_i ∇²f_i = 0 there, but not for x².
  LeastSquares<double> f(make_residuals(1, 1, [](auto x, auto r) { r(1) = x(1) * x(1) - 4.0; }));
  Vector<double> newton = {3}, gauss_newton = {3};
  one_step(f, newton);
  one_step(f, gauss_newton, {.matrix = NewtonOptions::Matrix::gauss_newton});
  // f' = 4x(x² − 4), f'' = 12x² − 16, 2 J² = 8x²
  EXPECT_DOUBLE_EQ(newton[0], 3 - 60.0 / 92);
  EXPECT_DOUBLE_EQ(gauss_newton[0], 3 - 60.0 / 72);
}

TEST(Newton, SolvesTheProblemsOfMoreGarbowAndHillstrom) {
  for (const TestProblem& problem : more_garbow_hillstrom()) {
    LeastSquares<double> f(problem.residuals);
    Newton<double> newton;
    Vector<double> theta(problem.start.begin(), problem.start.end());
    const auto result = minimize(f, theta, newton, {.max_steps = 300, .gradient_norm = 0});
    bool found = false;
    for (const double minimum : problem.minima)
      found = found || result.loss <= minimum + 1e-9 * minimum + 1e-28;
    EXPECT_TRUE(found) << problem.name << ' ' << result.loss << ' ' << result.reason;
    EXPECT_TRUE(result.status != Status::converged || result.gradient_norm == 0) << problem.name;
  }
}

TEST(Newton, RefusesMoreParametersThanItsLimit) {
  Newton<float> newton;
  EXPECT_ERROR(
      newton.reset(50'000),
      "[newton] θ has 50000 elements, more than max_parameters = 10000; the matrix and its factor would "
      "take 10 GB.");
  EXPECT_NO_THROW(Newton<float>({.max_parameters = 20}).reset(20));
  EXPECT_ERROR(Newton<float>({.max_parameters = 20}).reset(21), "max_parameters = 20");
  EXPECT_ERROR(Newton<float>({.min_shift = 0}), "min_shift");
}

class BrokenProduct : public test::Quadratic<double>, private Curvature<double> {
 public:
  using View = std::span<const double>;
  using Ref = std::span<double>;
  BrokenProduct() : Quadratic({{1, 0}, {0, 1}}, {1, 1}) {}
  double value(View theta) override { return Quadratic::value(theta); }
  Curvature<double>& hessian(View) override { return *this; }

 private:
  void apply(View v, Ref out) override {
    out[0] = v[0];
    out[1] = v[1] == 0 ? 0 : std::numeric_limits<double>::infinity();
  }
};

TEST(Newton, LeavesThetaWhereTheHessianIsNotFinite) {
  BrokenProduct f;
  Vector<double> theta = {3, 4};
  const StepReport report = one_step(f, theta);
  EXPECT_EQ(report.status, Status::non_finite);
  EXPECT_THAT(report.message, HasSubstr("The Hessian is not finite in the column of θ[1] (loss"));
  EXPECT_EQ(theta, (Vector<double>{3, 4}));
}

TEST(Newton, GoesDownTheGradientWhereNoShiftIsLargeEnough) {
  // An eigenvalue beyond −3.4e38: no float is its opposite.
  class Huge : public test::Quadratic<float>, private Curvature<float> {
   public:
    using View = std::span<const float>;
    using Ref = std::span<float>;
    Huge() : Quadratic({{1, 0}, {0, 1}}, {1, 1}) {}
    float value(View theta) override { return Quadratic::value(theta); }
    Curvature<float>& hessian(View) override { return *this; }

   private:
    void apply(View v, Ref out) override {
      out[0] = 3e38F * (v[0] + v[1]);
      out[1] = 3e38F * (v[0] - v[1]);
    }
  } f;
  Vector<float> theta = {3, 4};
  EXPECT_EQ(one_step<float>(f, theta).status, Status::ok);
  EXPECT_EQ(theta, (Vector<float>{1, 1}));
}

TEST(Newton, AllocatesInResetAloneAndBeginsAnew) {
  LeastSquares<double> f(rosenbrock());
  Newton<double> newton;
  newton.reset(2);
  Vector<double> theta = {-1.2, 1}, again = theta;
  const auto before = test::allocations();
  for (int i = 0; i < 15; ++i) EXPECT_EQ(newton.step(f, theta).status, Status::ok);
  EXPECT_EQ(test::allocations(), before);
  newton.reset(2);
  for (int i = 0; i < 15; ++i) newton.step(f, again);
  EXPECT_EQ(again, theta);
}

}  // namespace
}  // namespace gradus
