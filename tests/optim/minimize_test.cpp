#include "optim/minimize.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <thread>

#include "optim/first_order/sgd.h"
#include "tests/optim/quadratic.h"

namespace gradus {
namespace {

using test::Quadratic;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

Quadratic<double> bowl() { return {{{2, 0}, {0, 1}}, {2, 3}}; }  // minimum at (1, 3)

TEST(Minimize, ConvergesAndSpeaksOfThePointItReturns) {
  auto f = bowl();
  Vector<double> theta = {0, 0}, g(2);
  Sgd<double> sgd({.learning_rate = 0.5});
  const MinimizeResult result = minimize(f, theta, sgd, {.gradient_norm = 1e-10});
  EXPECT_TRUE(result.converged);
  EXPECT_THAT(result.reason, HasSubstr("Converged"));
  EXPECT_NEAR(theta[0], 1, 1e-10);
  EXPECT_NEAR(theta[1], 3, 1e-10);
  EXPECT_EQ(result.loss, f.gradient(theta, g));
  EXPECT_DOUBLE_EQ(result.gradient_norm, std::hypot(g[0], g[1]));
  EXPECT_LE(result.gradient_norm, 1e-10);
  // One gradient a step, and one to be sure.
  EXPECT_EQ(result.evaluations.gradients, result.steps + 1);
  EXPECT_DOUBLE_EQ(result.cost, static_cast<double>(result.steps + 1));
}

TEST(Minimize, NeverCallsALimitConvergence) {
  auto f = bowl();
  Sgd<double> sgd({.learning_rate = 1e-9});
  for (const auto& [stop, says] : std::initializer_list<std::pair<Stop, const char*>>{
           {{.max_steps = 7}, "Stopped after 7 steps"},
           {{.max_cost = 5}, "work worth 5.0 gradients, of 5.0 allowed"},
           {{.max_steps = 1000000000, .gradient_norm = 0, .max_seconds = 0.02},
            "seconds, of 0.02 allowed"}}) {
    Vector<double> theta = {0, 0};
    const MinimizeResult result = minimize(f, theta, sgd, stop);
    EXPECT_FALSE(result.converged);
    EXPECT_THAT(result.reason, HasSubstr(says));
    EXPECT_EQ(result.status, Status::ok);
  }
}

TEST(Minimize, NoStepsFromTheMinimumIsConvergence) {
  auto f = bowl();
  Vector<double> theta = {1, 3};
  Sgd<double> sgd;
  const MinimizeResult result = minimize(f, theta, sgd, {.max_steps = 0});
  EXPECT_TRUE(result.converged);
  EXPECT_EQ(result.steps, 0);
  EXPECT_EQ(result.gradient_norm, 0);
}

TEST(Minimize, ASmallGradientBeforeALargeStepIsNoConvergence) {
  // The gradient is small where the run begins, but the step leads away from there.
  Quadratic<double> f({{1e-3}}, {0});
  Vector<double> theta = {1};
  Sgd<double> sgd({.learning_rate = 1e6});
  const MinimizeResult result = minimize(f, theta, sgd, {.max_steps = 1, .gradient_norm = 2e-3});
  EXPECT_FALSE(result.converged);
  EXPECT_GT(result.gradient_norm, 2e-3);
  EXPECT_THAT(result.reason, HasSubstr("Stopped after 1 steps"));
}

TEST(Minimize, DivergenceIsAStatusAndThetaStaysFinite) {
  auto f = bowl();
  Vector<double> theta = {0, 0};
  Sgd<double> sgd({.learning_rate = 1e10});
  const MinimizeResult result = minimize(f, theta, sgd);
  EXPECT_FALSE(result.converged);
  EXPECT_EQ(result.status, Status::non_finite);
  EXPECT_THAT(result.reason, AllOf(HasSubstr("sgd stopped at step"), HasSubstr("θ is left as it was")));
  EXPECT_TRUE(std::isfinite(theta[0]) && std::isfinite(theta[1]));
}

TEST(Minimize, TheCallbackSeesEachStepAndMayStop) {
  auto f = bowl();
  Vector<double> theta = {0, 0};
  Sgd<double> sgd({.learning_rate = 0.1});
  Index seen = 0;
  double last = std::numeric_limits<double>::infinity();
  const MinimizeResult result = minimize(f, theta, sgd, {}, [&](Iteration<double>& iteration) {
    EXPECT_EQ(iteration.step, ++seen);
    EXPECT_EQ(iteration.cost, static_cast<double>(seen));
    EXPECT_LT(iteration.report.loss, last);
    EXPECT_EQ(iteration.theta.data(), theta.data());
    last = iteration.report.loss;
    iteration.stop = seen == 4;
  });
  EXPECT_EQ(result.steps, 4);
  EXPECT_THAT(result.reason, HasSubstr("by the callback after 4 steps"));
}

TEST(Minimize, RunsInFloat) {
  Quadratic<float> f({{2, 0}, {0, 1}}, {2, 3});
  Vector<float> theta = {0, 0};
  Sgd sgd({.learning_rate = 0.5});
  EXPECT_TRUE(minimize(f, theta, sgd, {.gradient_norm = 1e-4}).converged);
}

TEST(Minimize, RefusesBadInputBeforeItBegins) {
  auto f = bowl();
  Sgd<double> sgd;
  Vector<double> three(3), bad = {0, std::nan("")}, theta(2);
  EXPECT_THAT([&] { minimize(f, three, sgd); },
              ThrowsMessage<Error>(HasSubstr("3 elements, but the objective is a function of 2")));
  EXPECT_THAT([&] { minimize(f, bad, sgd); }, ThrowsMessage<Error>(HasSubstr("θ[1] is nan")));
  EXPECT_THAT([&] { minimize(f, theta, sgd, {.max_steps = -1}); }, ThrowsMessage<Error>(HasSubstr("not -1")));
  EXPECT_THROW(minimize(f, theta, sgd, {.gradient_norm = -1e-3}), Error);
  EXPECT_THROW(minimize(f, theta, sgd, {.gradient_norm = std::nan("")}), Error);
  EXPECT_THROW(minimize(f, theta, sgd, {.max_cost = 0}), Error);
  EXPECT_THROW(minimize(f, theta, sgd, {.max_seconds = 0}), Error);
}

}  // namespace
}  // namespace gradus
