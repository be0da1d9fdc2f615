#include "optim/second_order/levenberg_marquardt.h"

#include <gmock/gmock.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "optim/minimize.h"
#include "optim/objectives/more_garbow_hillstrom.h"
#include "optim/vector_math.h"
#include "tests/optim/quadratic.h"
#include "tests/support/count_allocations.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

using testing::HasSubstr;
using Options = LevenbergMarquardtOptions;

std::shared_ptr<const Residuals> rosenbrock() {
  return make_residuals(2, 2, [](auto x, auto f) {
    f(1) = 10.0 * (x(2) - x(1) * x(1));
    f(2) = 1.0 - x(1);
  });
}

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
StepReport one_step(Objective<Scalar>& f, Vector<Scalar>& theta, Options options = {}) {
  LevenbergMarquardt<Scalar> method(options);
  method.reset(f.layout());
  return method.step(f, theta);
}

TEST(LevenbergMarquardt, FollowsItsFormulas) {
  // Nielsen's rule with D = I, written down with matrices.
  for (const bool scaled : {false, true}) {
    LeastSquares<double> f(rosenbrock());
    LevenbergMarquardt<double> method(
        {.scaling = scaled ? Options::Scaling::marquardt : Options::Scaling::none});
    method.reset(2);
    Vector<double> theta = {-1.2, 1};
    Eigen::Vector2d x(-1.2, 1), D(1, 1), largest(0, 0);
    const auto value = [](const Eigen::Vector2d& p) {
      return 100 * std::pow(p[1] - p[0] * p[0], 2) + std::pow(1 - p[0], 2);
    };
    double lambda = 0, nu = 2;
    for (int step = 0; step < 12; ++step) {
      Eigen::Matrix2d J{{-20 * x[0], 10}, {-1, 0}};
      const Eigen::Vector2d r(10 * (x[1] - x[0] * x[0]), 1 - x[0]), g = 2 * J.transpose() * r;
      const Eigen::Matrix2d G = 2 * J.transpose() * J;
      largest = largest.cwiseMax(G.diagonal());
      if (scaled) D = largest;
      if (step == 0) lambda = 1e-3 * G.diagonal().cwiseQuotient(D).maxCoeff();
      const StepReport report = method.step(f, theta);
      double used = 0, rho = 0;
      int values = 0;
      for (bool taken = false; !taken;) {
        Eigen::Matrix2d A = G;
        A.diagonal() += lambda * D;
        const Eigen::Vector2d d = A.inverse() * -g;
        rho = (value(x) - value(x + d)) / (-g.dot(d) - 0.5 * d.dot(G * d));
        ++values;
        used = lambda;
        if (rho > 0) {
          x += d;
          lambda *= std::max(1.0 / 3, 1 - std::pow(2 * rho - 1, 3));
          nu = 2;
          taken = true;
        } else {
          lambda *= nu;
          nu *= 2;
        }
      }
      EXPECT_EQ(report.status, Status::ok);
      EXPECT_NEAR(report.damping, used, 1e-9 * used);
      EXPECT_NEAR(report.reduction_ratio, rho, 1e-8 * std::abs(rho));
      EXPECT_EQ(report.evaluations.values, values);
      EXPECT_EQ(report.evaluations.gradients, 1);
      EXPECT_EQ(report.evaluations.products, 2);
      EXPECT_NEAR(theta[0], x[0], 1e-10);
      EXPECT_NEAR(theta[1], x[1], 1e-10);
    }
  }
}

TEST(LevenbergMarquardt, FitsALineWhoseAnswerIsKnown) {
  // y = a + b t by least squares: b = Σ(t − t̄)(y − ȳ) / Σ(t − t̄)², a = ȳ − b t̄.
  LeastSquares<double> f(make_residuals(2, 5, []<class T>(OneBased<const T> c, OneBased<T> r) {
    constexpr double t[] = {0, 1, 2, 4, 7}, y[] = {1, 2.5, 3, 6, 8};
    for (int i = 1; i <= 5; ++i) r(i) = c(1) + c(2) * t[i - 1] - y[i - 1];
  }));
  const double b = ((0 - 2.8) * (1 - 4.1) + (1 - 2.8) * (2.5 - 4.1) + (2 - 2.8) * (3 - 4.1) +
                    (4 - 2.8) * (6 - 4.1) + (7 - 2.8) * (8 - 4.1)) /
                   (2.8 * 2.8 + 1.8 * 1.8 + 0.8 * 0.8 + 1.2 * 1.2 + 4.2 * 4.2);
  const double a = 4.1 - b * 2.8;
  for (const Index limit : {0, 500}) {
    LevenbergMarquardt<double> method({.dense_limit = limit});
    Vector<double> theta = {50, -30};
    const auto result = minimize(f, theta, method, {.gradient_norm = 1e-12});
    EXPECT_TRUE(result.converged) << result.reason;
    EXPECT_NEAR(theta[0], a, 1e-12);
    EXPECT_NEAR(theta[1], b, 1e-12);
  }
}

TEST(LevenbergMarquardt, FitsADecay) {
  LeastSquares<double> f(decay());
  for (const Index limit : {0, 500}) {
    LevenbergMarquardt<double> method({.dense_limit = limit});
    Vector<double> theta = {1, 0};
    const auto result = minimize(f, theta, method, {.max_steps = 40, .gradient_norm = 1e-12});
    EXPECT_TRUE(result.converged) << result.reason;
    EXPECT_NEAR(theta[0], 2, 1e-12);
    EXPECT_NEAR(theta[1], -1.5, 1e-12);
  }
}

TEST(LevenbergMarquardt, TakesAlmostTheWholeStepOfAQuadraticWhereDampingIsSmall) {
  // Of r = (x − 1, 10 (y − 2)), with λ = 1e-12: (G + λ D)⁻¹ leaves λ / (1 + λ) of the error.
  LeastSquares<double> f(make_residuals(2, 2, [](auto x, auto r) {
    r(1) = x(1) - 1.0;
    r(2) = 10.0 * (x(2) - 2.0);
  }));
  Vector<double> theta = {100, -100};
  const StepReport report = one_step(f, theta, {.initial_damping = 1e-12});
  EXPECT_NEAR(report.reduction_ratio, 1, 1e-9);
  EXPECT_NEAR(theta[0], 1, 1e-9);
  EXPECT_NEAR(theta[1], 2, 1e-9);
}

TEST(LevenbergMarquardt, DoesNotCareForUnitsUnlessToldTo) {
  // Rosenbrock's function in units of 1024 and 1/64: powers of two leave the bits of a scaled run alone.
  LeastSquares<double> f(rosenbrock()), in_units(make_residuals(2, 2, [](auto x, auto r) {
    const auto x1 = 1024.0 * x(1), x2 = x(2) / 64.0;
    r(1) = 10.0 * (x2 - x1 * x1);
    r(2) = 1.0 - x1;
  }));
  for (const bool scaled : {true, false}) {
    const Options options{.scaling = scaled ? Options::Scaling::marquardt : Options::Scaling::none};
    LevenbergMarquardt<double> one(options), other(options);
    one.reset(2);
    other.reset(2);
    Vector<double> theta = {-1.25, 1}, phi = {-1.25 / 1024, 64};
    for (int i = 0; i < 8; ++i) {
      one.step(f, theta);
      other.step(in_units, phi);
    }
    EXPECT_EQ(theta[0] == phi[0] * 1024 && theta[1] == phi[1] / 64, scaled);
  }
}

TEST(LevenbergMarquardt, RaisesDampingWithinAStepUntilTheLossFalls) {
  LeastSquares<double> f(rosenbrock());
  LevenbergMarquardt<double> method;
  method.reset(2);
  Vector<double> theta = {-1.2, 1};
  Index rejected = 0;
  double last = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 20; ++i) {
    const StepReport report = method.step(f, theta);
    ASSERT_LT(report.loss, last);
    last = report.loss;
    rejected += report.evaluations.values - 1;
  }
  EXPECT_GT(rejected, 0);
}

TEST(LevenbergMarquardt, GivesUpAfterAsManyRejectionsAsAllowedAndLeavesEverything) {
  // A gradient of the wrong sign: no step makes f smaller.
  struct Uphill : test::Quadratic<double> {
    using Quadratic::Quadratic;
    double gradient(View theta, Ref out) override {
      const double f = Quadratic::gradient(theta, out);
      for (double& g : out) g = -g;
      return f;
    }
    Curvature<double>& gauss_newton(View theta) override { return hessian(theta); }
  } f({{2, 0}, {0, 1}}, {1, 1});
  LevenbergMarquardt<double> method({.max_rejections = 5});
  method.reset(2);
  Vector<double> theta = {3, 4};
  const StepReport report = method.step(f, theta);
  EXPECT_EQ(report.status, Status::line_search_failed);
  EXPECT_THAT(
      report.message,
      HasSubstr(
          "No step with a damping from 0.001 to 32.8 makes the loss 10 smaller: it does not fall as its "
          "gradient says"));
  EXPECT_EQ(report.evaluations.values, 6);
  EXPECT_EQ(theta, (Vector<double>{3, 4}));
  EXPECT_EQ(method.step(f, theta).message, report.message);
}

TEST(LevenbergMarquardt, SolvesTheProblemsOfMoreGarbowAndHillstrom) {
  const auto near_minimum = [](const TestProblem& problem, double f) {
    for (const double minimum : problem.minima)
      // Where f is 0, the residuals' rounding, about 1e-16 each, is left.
      if (f <= minimum + 1e-9 * minimum + 1e-28) return true;
    return false;
  };
  for (const Index limit : {500, 0})
    for (const TestProblem& problem : more_garbow_hillstrom()) {
      LeastSquares<double> f(problem.residuals);
      LevenbergMarquardt<double> method({.dense_limit = limit});
      Vector<double> theta(problem.start.begin(), problem.start.end());
      StepReport last;
      const auto result = minimize(f, theta, method, {.max_steps = 1000, .gradient_norm = 0},
                                   [&last](auto& iteration) { last = iteration.report; });
      EXPECT_TRUE(near_minimum(problem, result.loss))
          << problem.name << ' ' << result.loss << ' ' << result.reason;
      EXPECT_TRUE(result.status != Status::converged || result.gradient_norm == 0) << problem.name;
      EXPECT_LE(last.evaluations.gradients, 5) << problem.name << ": few attempts by gradients";
      EXPECT_NE(result.status, Status::line_search_failed) << problem.name << ' ' << result.reason;
      EXPECT_NE(result.status, Status::non_finite) << problem.name << ' ' << result.reason;
    }
}

TEST(LevenbergMarquardt, DampingStaysAboveTheRoundingOfTheMatrix) {
  // Powell's singular function, whose Jacobian is singular at the minimum: hundreds of good steps.
  const TestProblem& problem = more_garbow_hillstrom()[12];
  ASSERT_EQ(problem.number, 13);
  LeastSquares<double> f(problem.residuals);
  LevenbergMarquardt<double> method;
  method.reset(4);
  Vector<double> theta(problem.start.begin(), problem.start.end());
  for (int i = 0; i < 100; ++i) {
    const StepReport report = method.step(f, theta);
    ASSERT_EQ(report.status, Status::ok) << report.message;
    EXPECT_GE(report.damping, 0x1p-53);
  }
}

TEST(LevenbergMarquardt, EndsAtTheRoundingFloorOfFloat) {
  // Residuals that do not vanish at the minimum: f is known to 2⁻²⁴ of itself, and so x to about the root of that.
  LeastSquares<float> f(make_residuals(2, 3, [](auto x, auto r) {
    r(1) = x(1) * x(1) - 2.0;
    r(2) = x(2) - 3.0;
    r(3) = x(2) - 1.0;
  }));
  LevenbergMarquardt<float> method;
  Vector<float> theta = {3, 0};
  const auto result = minimize(f, theta, method, {.max_steps = 200, .gradient_norm = 0});
  EXPECT_EQ(result.status, Status::rounding_floor) << result.reason;
  EXPECT_THAT(result.reason, HasSubstr("rounding"));
  EXPECT_LT(result.steps, 100);
  EXPECT_NEAR(result.loss, 2, 1e-6);
  EXPECT_NEAR(theta[0], std::sqrt(2), 1e-3);
  EXPECT_NEAR(theta[1], 2, 1e-3);
}

TEST(LevenbergMarquardt, GoesOnWithGradientsWhereValuesCeaseToTell) {
  // f = 1 + (x² − 2)²: half of the digits of x are in f alone, all of them in f'.
  LeastSquares<double> f(make_residuals(1, 2, [](auto x, auto r) {
    r(1) = x(1) * x(1) - 2.0;
    r(2) = x(1) * 0.0 + 1.0;
  }));
  LevenbergMarquardt<double> method;
  Vector<double> theta = {3};
  const auto result = minimize(f, theta, method, {.max_steps = 100, .gradient_norm = 0});
  EXPECT_TRUE(result.status == Status::rounding_floor || result.gradient_norm == 0) << result.reason;
  EXPECT_NEAR(theta[0], std::sqrt(2), 1e-15);
}

TEST(LevenbergMarquardt, SaysThatAGradientIsZero) {
  LeastSquares<double> f(decay());
  Vector<double> theta = {2, -1.5};
  EXPECT_EQ(one_step(f, theta).status, Status::converged);
  EXPECT_EQ(theta, (Vector<double>{2, -1.5}));

  Vector<double> none;
  test::Quadratic<double> empty({}, {});
  EXPECT_EQ(one_step(empty, none).status, Status::converged);
}

TEST(LevenbergMarquardt, StartsWhereColumnsOfTheJacobianAreZero) {
  // x(2) has no part in the residuals, x(1) none at first.
  LeastSquares<double> f(make_residuals(3, 2, [](auto x, auto r) {
    r(1) = x(1) * x(3) - 1.0 + 0.0 * x(2);
    r(2) = x(3) - 1.0;
  }));
  for (const Index limit : {0, 500}) {
    LevenbergMarquardt<double> method({.dense_limit = limit});
    Vector<double> theta = {5, 7, 0};
    const auto result = minimize(f, theta, method, {.max_steps = 200, .gradient_norm = 1e-12});
    EXPECT_TRUE(result.converged) << result.reason;
    EXPECT_NEAR(theta[0], 1, 1e-9);
    EXPECT_EQ(theta[1], 7);
    EXPECT_NEAR(theta[2], 1, 1e-9);
  }
}

// What is not a number, from a call on.
class Broken : public test::Quadratic<double>, private Curvature<double> {
 public:
  enum class Part { value, loss, gradient, product };
  using View = std::span<const double>;
  using Ref = std::span<double>;
  explicit Broken(Part part) : Quadratic({{2, 0.5}, {0.5, 1}}, {1, 1}), part_(part) {}
  double value(View theta) override { return part_ == Part::value ? nan : Quadratic::value(theta); }
  double gradient(View theta, Ref out) override {
    Quadratic::gradient(theta, out);
    if (part_ == Part::gradient) out[1] = nan;
    return part_ == Part::loss ? nan : Quadratic::value(theta);
  }
  Curvature<double>& gauss_newton(View theta) override {
    return part_ == Part::product ? *this : hessian(theta);
  }

 private:
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  void apply(View v, Ref out) override {
    out[0] = v[0];
    out[1] = v[1] == 0 ? v[1] : nan;
  }
  Part part_;
};

TEST(LevenbergMarquardt, LeavesThetaWhereSomethingIsNotFinite) {
  using enum Broken::Part;
  for (const Index limit : {0, 500})
    for (const auto part : {value, loss, gradient, product}) {
      Broken f(part);
      Vector<double> theta = {3, 4};
      const StepReport report = one_step(f, theta, {.dense_limit = limit});
      EXPECT_EQ(report.status, part == value ? Status::line_search_failed : Status::non_finite);
      EXPECT_THAT(report.message, HasSubstr(part == value      ? "it is finite nowhere else"
                                            : part == loss     ? "The loss is nan"
                                            : part == gradient ? "The gradient of θ[1] is nan"
                                            : limit == 0       ? "product of the Gauss–Newton matrix"
                                                               : "in the column of θ[1]"));
      EXPECT_EQ(theta, (Vector<double>{3, 4}));
    }
}

TEST(LevenbergMarquardt, NeedsAGaussNewtonMatrix) {
  test::Quadratic<double> f({{1}}, {1});
  Vector<double> theta = {3};
  EXPECT_ERROR(one_step(f, theta), "Gauss–Newton products");
  EXPECT_EQ(theta[0], 3);
}

TEST(LevenbergMarquardt, ChecksItsInput) {
  EXPECT_ERROR(LevenbergMarquardt<float>({.initial_damping = 0}), "initial_damping");
  EXPECT_ERROR(LevenbergMarquardt<float>({.cg_iterations = 0}), "cg_iterations");
  LeastSquares<double> f(rosenbrock());
  LevenbergMarquardt<double> method;
  method.reset(3);
  Vector<double> theta = {1, 2};
  EXPECT_ERROR(method.step(f, theta), "θ has 2 elements, but reset was called for 3");
}

class Copy : public StateVisitor {
 public:
  bool restore = false;
  void integer(std::string_view, std::int64_t&) override { FAIL(); }
  void scalar(std::string_view name, double& x) override { go(std::string(name), {&x, 1}); }
  void vector(std::string_view, std::span<float>) override { FAIL(); }
  void vector(std::string_view name, std::span<double> x) override { go(std::string(name), x); }

 private:
  void go(const std::string& name, std::span<double> x) {
    if (restore)
      std::ranges::copy(kept_[name], x.begin());
    else
      kept_[name].assign(x.begin(), x.end());
  }
  std::map<std::string, std::vector<double>> kept_;
};

TEST(LevenbergMarquardt, GoesOnFromItsStateAndBeginsAnewAfterReset) {
  for (const Index limit : {0, 500}) {
    LeastSquares<double> f(rosenbrock());
    LevenbergMarquardt<double> method({.dense_limit = limit}), other({.dense_limit = limit});
    method.reset(2);
    Vector<double> theta = {-1.2, 1};
    for (int i = 0; i < 5; ++i) method.step(f, theta);
    Copy copy;
    method.visit(copy);
    Vector<double> resumed = theta;
    for (int i = 0; i < 5; ++i) method.step(f, theta);
    copy.restore = true;
    other.reset(2);
    other.visit(copy);
    for (int i = 0; i < 5; ++i) other.step(f, resumed);
    EXPECT_EQ(resumed, theta);

    Vector<double> again = {-1.2, 1};
    method.reset(2);
    for (int i = 0; i < 10; ++i) method.step(f, again);
    EXPECT_EQ(again, theta);
  }
}

TEST(LevenbergMarquardt, AllocatesInResetAlone) {
  for (const Index limit : {0, 500}) {
    LeastSquares<float> f(decay());
    LevenbergMarquardt<float> method({.dense_limit = limit});
    method.reset(2);
    Vector<float> theta = {1, 0};
    const auto before = test::allocations();
    for (int i = 0; i < 4; ++i) EXPECT_EQ(method.step(f, theta).status, Status::ok);
    EXPECT_EQ(test::allocations(), before);
  }
}

}  // namespace
}  // namespace gradus
