#include "optim/second_order/hessian_free.h"

#include <gmock/gmock.h>

#include <limits>
#include <set>

#include "base/threads.h"
#include "optim/counting_objective.h"
#include "optim/vector_math.h"
#include "tests/optim/second_order/hessian_free_functions.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

using test::normal_vector;
using test::quartic;
using testing::HasSubstr;
using View = std::span<const double>;

constexpr double infinity = std::numeric_limits<double>::infinity();

// f = ½ a θ², taken for ½ c θ²: with s = 1/(c + λ) the step is −a s θ, and ρ = (2 − as)/(2 − cs) of the undamped model,
// 2 − as of the damped one. A part α of it lowers f enough where α a s ≤ 2 − 0.02.
TEST(HessianFree, DampingFollowsTheReductionRatio) {
  constexpr double a = 10;
  for (const bool damped : {false, true}) {
    double c = 0;
    const auto f = quartic(1, 0);
    f->f = [](View theta) { return a / 2 * theta[0] * theta[0]; };
    f->gradient_of_f = [](View theta, std::span<double> g) { g[0] = a * theta[0]; };
    f->product = [&](View, View v, std::span<double> out) { out[0] = c * v[0]; };
    HessianFree<double> method({.initial_damping = 6, .damped_ratio = damped, .preconditioner_exponent = 0});
    method.reset(1);
    double lambda = 6;
    int raised = 0, kept = 0, lowered = 0;
    for (const double curvature : {1.0, 0.5, 10.0, 0.1, 100.0, 10.0, 0.1, 2.0}) {
      c = curvature;
      Vector<double> theta = {1};
      const double s = 1 / (c + lambda), rho = a * s > 2 ? -infinity : (2 - a * s) / (damped ? 1 : 2 - c * s);
      const StepReport report = method.step(*f, theta);
      EXPECT_EQ(report.damping, lambda);
      if (std::isfinite(rho))
        EXPECT_NEAR(report.reduction_ratio, rho, 1e-12);
      else
        EXPECT_EQ(report.reduction_ratio, rho) << "where f rises";
      double alpha = 1;
      while (alpha * a * s > 1.98) alpha *= 0.8;
      EXPECT_EQ(report.step_size, alpha);
      EXPECT_NEAR(theta[0], 1 - report.step_size * a * s, 1e-14);
      EXPECT_NEAR(report.step_norm, report.step_size * a * s, 1e-14);
      ++(rho < 0.25 ? raised : rho > 0.75 ? lowered : kept);
      lambda = rho < 0.25 ? lambda * 1.5 : rho > 0.75 ? lambda / 1.5 : lambda;
    }
    EXPECT_GT(raised, 1);
    EXPECT_GT(kept, 0);
    EXPECT_GT(lowered, 1);
  }
}

TEST(HessianFree, TheRatioIsOfTheCasesOfTheCurvature) {
  const auto f = quartic(3, 0);
  f->share = 0.5;
  HessianFree<double> method({.preconditioner_exponent = 0});
  method.reset(3);
  Vector<double> theta = {1, 2, 3};
  const auto expect_next_damping = [&](double before, double after) {
    EXPECT_DOUBLE_EQ(method.step(*f, theta).damping, before);
    double lambda = 0;
    struct : StateVisitor {
      void integer(std::string_view, std::int64_t&) override {}
      void scalar(std::string_view, double& x) override { *to = x; }
      void vector(std::string_view, std::span<float>) override {}
      void vector(std::string_view, std::span<double>) override {}
      double* to = nullptr;
    } look;
    look.to = &lambda;
    method.visit(look);
    EXPECT_DOUBLE_EQ(lambda, after);
  };
  const auto all = f->f;
  f->f_of_curvature = [&](View at) { return 0.9 * all(at); };
  expect_next_damping(45, 30);
  f->f_of_curvature = [&](View at) { return -all(at); };  // rises where f falls
  expect_next_damping(30, 45);
  f->f_of_curvature = [](View) { return std::numeric_limits<double>::quiet_NaN(); };
  expect_next_damping(45, 67.5);
  HessianFree<double> constant({.damping_factor = 1, .preconditioner_exponent = 0});
  constant.reset(3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(constant.step(*f, theta).damping, 45);
}

TEST(HessianFree, ASolveBeginsAtAPartOfTheLastSolution) {
  for (const double zeta : {0.95, 0.5}) {
    const auto f = quartic(8, 0);
    HessianFree<double> method({.preconditioner_exponent = 0, .warm_start = zeta, .max_iterations = 3});
    method.reset(8);
    Vector<double> theta(8, 1), before = theta;
    method.step(*f, theta);
    const std::size_t first = f->directions.size();
    const Vector<double> after = theta;
    method.step(*f, theta);
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_NEAR(f->directions[first][i], zeta * (after[i] - before[i]), 1e-15);
  }
  const auto f = quartic(8, 0);
  HessianFree<double> cold({.preconditioner_exponent = 0, .warm_start = 0, .max_iterations = 3});
  cold.reset(8);
  Vector<double> theta(8, 1), g(8);
  cold.step(*f, theta);
  const std::size_t first = f->directions.size();
  f->gradient(theta, g);
  cold.step(*f, theta);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(f->directions[first][i], -g[i]) << "steepest descent";
}

// Where f rises everywhere θ stays, and the same system with a little more damping is solved again.
TEST(HessianFree, AWarmStartSavesIterations) {
  const auto second_solve = [](double zeta) {
    const auto f = quartic(40, 0);
    const Vector<double> start(40, 1);
    f->f = [&](View theta) { return std::ranges::equal(theta, start) ? 1.0 : 2.0; };
    HessianFree<double> method({.initial_damping = 1,
                                .preconditioner_exponent = 0,
                                .warm_start = zeta,
                                .progress_tolerance = 0,
                                .residual_tolerance = 1e-3});
    method.reset(40);
    Vector<double> theta = start;
    const StepReport first = method.step(*f, theta), second = method.step(*f, theta);
    EXPECT_EQ(first.status, Status::skipped);
    EXPECT_THAT(first.message, HasSubstr("the damping was 1 and is 1.5 now"));
    EXPECT_EQ(theta, start);
    return std::pair(first.inner_iterations, second.inner_iterations);
  };
  const auto [cold_first, cold_second] = second_solve(0);
  const auto [warm_first, warm_second] = second_solve(0.95);
  EXPECT_EQ(warm_first, cold_first);
  EXPECT_LT(warm_second, cold_second - 2);
}

// The quartic's last iterates go too far.
TEST(HessianFree, BacktrackingFindsALowerPoint) {
  const auto lowest = [](bool backtracking, bool from_chosen) {
    const auto f = quartic(60, 3);
    HessianFree<double> method({.initial_damping = 0.1,
                                .preconditioner_exponent = 0,
                                .warm_start_from_chosen = from_chosen,
                                .backtracking = backtracking,
                                .line_search = false});
    method.reset(60);
    Vector<double> theta = normal_vector(60, "start"), before = theta;
    method.step(*f, theta);
    const double value = f->f(theta);
    const std::size_t first = f->directions.size();
    const Vector<double> after = theta;
    method.step(*f, theta);
    double apart = 0;  // of the next solve's start and the step that was taken
    for (std::size_t i = 0; i < 60; ++i)
      apart += std::abs(f->directions[first][i] - 0.95 * (after[i] - before[i]));
    return std::pair(value, apart);
  };
  const auto [last, no_matter] = lowest(false, false);
  const auto [chosen, apart] = lowest(true, false);
  const auto [same, none] = lowest(true, true);
  EXPECT_LT(chosen, 0.9 * last);
  EXPECT_EQ(same, chosen);
  EXPECT_GT(apart, 0.1) << "by default the last iterate is where the next solve begins";
  EXPECT_LT(none, 1e-12);
  EXPECT_LT(no_matter, 1e-12);
}

// Each point once: θ by the gradient, the iterates from the last backwards, then shorter steps.
TEST(HessianFree, NoValueIsComputedTwice) {
  for (const double share : {1.0, 0.5}) {
    const auto f = quartic(60, 3);
    f->share = share;
    CountingObjective<double> counted(*f);
    HessianFree<double> method({.initial_damping = 1e-3, .preconditioner_exponent = 0});
    method.reset(60);
    Vector<double> theta = normal_vector(60, "start");
    double shortest = 1;
    for (int step = 0; step < 12; ++step) {
      f->values.clear();
      f->curvature_values.clear();
      const Evaluations before = counted.evaluations();
      const StepReport report = method.step(counted, theta);
      shortest = std::min(shortest, report.step_size);
      EXPECT_EQ(std::set(f->values.begin(), f->values.end()).size(), f->values.size()) << step;
      EXPECT_EQ(f->curvature_values.size(), share == 1 ? 0u : 2u) << "before and after";
      EXPECT_EQ(report.evaluations.gradients, 1);
      EXPECT_EQ(report.evaluations.values,
                static_cast<Index>(f->values.size() - 1 + f->curvature_values.size()));
      EXPECT_EQ(counted.evaluations().values - before.values, report.evaluations.values);
      EXPECT_EQ(counted.evaluations().products - before.products, report.evaluations.products);
      EXPECT_LE(report.evaluations.products, report.inner_iterations + 2);
    }
    EXPECT_LT(shortest, 1) << "the line search has been seen";
  }
}

TEST(HessianFree, GivesTheSameBitsOnAnyNumberOfThreads) {
  const int before = threads();
  const auto trained = [](int number) {
    set_threads(number);
    const auto f = quartic(9000, 0.5);
    HessianFree<double> method({.initial_damping = 0.1, .preconditioner_exponent = 0});
    method.reset(9000);
    Vector<double> theta = normal_vector(9000, "start");
    for (int i = 0; i < 4; ++i) method.step(*f, theta);
    return theta;
  };
  const Vector<double> first = trained(1);
  EXPECT_EQ(trained(2), first);
  EXPECT_EQ(trained(3), first);
  set_threads(before);
}

}  // namespace
}  // namespace gradus
