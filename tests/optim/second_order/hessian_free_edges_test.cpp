// What can go wrong, and what Hessian-free then says and leaves.
#include <gmock/gmock.h>

#include <limits>

#include "optim/minimize.h"
#include "optim/registry.h"
#include "optim/second_order/hessian_free.h"
#include "optim/vector_math.h"
#include "tests/optim/quadratic.h"
#include "tests/optim/second_order/hessian_free_functions.h"

namespace gradus {
namespace {

using test::quartic;
using test::Scripted;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Matrix = HessianFreeOptions::Matrix;
using View = std::span<const double>;
using Ref = std::span<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Reads and writes the two parts of the state.
struct State : StateVisitor {
  void integer(std::string_view, std::int64_t&) override {}
  void scalar(std::string_view, double& x) override { write ? x = lambda : lambda = x; }
  void vector(std::string_view, std::span<float>) override {}
  void vector(std::string_view, std::span<double> x) override {
    if (write)
      std::ranges::copy(solution, x.begin());
    else
      solution.assign(x.begin(), x.end());
  }
  bool operator==(const State& other) const { return lambda == other.lambda && solution == other.solution; }
  double lambda = 0;
  std::vector<double> solution;
  bool write = false;
};

State state_of(HessianFree<double>& method) {
  State state;
  method.visit(state);
  return state;
}

// x⁴/4 − x²/2 + y²/2: a saddle at 0, minima −1/4 at x = ±1.
std::unique_ptr<Scripted> saddle() {
  auto f = std::make_unique<Scripted>(2);
  f->f = [](View p) { return std::pow(p[0], 4) / 4 - p[0] * p[0] / 2 + p[1] * p[1] / 2; };
  f->gradient_of_f = [](View p, Ref g) {
    g[0] = std::pow(p[0], 3) - p[0];
    g[1] = p[1];
  };
  f->product = [](View p, View v, Ref out) {
    out[0] = (3 * p[0] * p[0] - 1) * v[0];
    out[1] = v[1];
  };
  return f;
}

TEST(HessianFreeEdges, NegativeCurvatureLeadsDown) {
  for (const double damping : {0.0, 0.1, 45.0}) {
    const auto f = saddle();
    HessianFree<double> method(
        {.matrix = Matrix::hessian, .initial_damping = damping, .preconditioner_exponent = 0});
    Vector<double> theta = {0.1, 1};
    const MinimizeResult result = minimize(*f, theta, method, {.max_steps = 300});
    EXPECT_TRUE(result.converged) << damping << ' ' << result.reason;
    EXPECT_NEAR(std::abs(theta[0]), 1, 1e-6);
    EXPECT_NEAR(result.loss, -0.25, 1e-12);
  }
}

// One iteration mends the stiff coordinate of a bad start, and leaves it leading up the other. A rise that is less than a
// hundredth of the slope is none to be taken.
TEST(HessianFreeEdges, ADirectionThatLeadsUpDoesNotRaiseTheLoss) {
  Scripted f(2);
  f.f = [](View p) { return p[0] == 0 && p[1] == 0 ? 1 : 1.05; };
  f.gradient_of_f = [](View, Ref g) {
    g[0] = 1;
    g[1] = 0;
  };
  f.product = [](View, View v, Ref out) {
    out[0] = v[0];
    out[1] = 1000 * v[1];
  };
  HessianFree<double> method(
      {.initial_damping = 1e-3, .preconditioner_exponent = 0, .warm_start = 1, .max_iterations = 1});
  method.reset(2);
  State state = state_of(method);
  state.write = true;
  state.solution = {10, 100};
  method.visit(state);
  Vector<double> theta = {0, 0};
  EXPECT_EQ(method.step(f, theta).status, Status::skipped);
  EXPECT_EQ(theta, (Vector<double>{0, 0}));
  EXPECT_GT(state_of(method).solution[0], 9) << "it has led up";
}

TEST(HessianFreeEdges, AfterAProductThatIsNotFiniteTheLastSolutionIsForgotten) {
  const auto f = quartic(3, 0);
  HessianFree<double> method({.preconditioner_exponent = 0});
  method.reset(3);
  Vector<double> theta = {1, 2, 3};
  method.step(*f, theta);
  const auto product = f->product;
  f->product = [](View, View, Ref out) { std::ranges::fill(out, infinity); };
  EXPECT_EQ(method.step(*f, theta).status, Status::non_finite);
  EXPECT_EQ(state_of(method).solution, (std::vector<double>{0, 0, 0}));
  f->product = product;
  EXPECT_EQ(method.step(*f, theta).status, Status::ok);
}

TEST(HessianFreeEdges, RefusesWhatTheObjectiveDoesNotOfferBeforeAnythingChanges) {
  const auto f = quartic(3, 0);
  HessianFree<double> method({.initial_damping = 3});
  method.reset(3);
  Vector<double> theta = {1, 2, 3};
  const State before = state_of(method);
  EXPECT_THAT([&] { method.step(*f, theta); },
              ThrowsMessage<Unsupported>(HasSubstr("squared gradients of single cases")));
  test::Quadratic<double> quadratic({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {1, 1, 1});
  EXPECT_THAT([&] { method.step(quadratic, theta); }, ThrowsMessage<Unsupported>(HasSubstr("Gauss–Newton")));
  EXPECT_EQ(theta, (Vector<double>{1, 2, 3}));
  EXPECT_EQ(state_of(method), before);
  Vector<double> two(2);
  EXPECT_THAT(
      [&] { method.step(*f, two); },
      ThrowsMessage<Error>(HasSubstr("[hessian-free] θ has 2 elements, but reset was called for 3.")));
}

TEST(HessianFreeEdges, RefusesOptionsOutOfTheirRange) {
  const auto refused = [](const char* json, const char* message) {
    EXPECT_THAT(
        [&] {
          HessianFreeOptions options;
          read_options("hessian-free", json, [&](OptionVisitor& v) { options.visit(v); });
          HessianFree<float> method(options);
        },
        ThrowsMessage<Error>(HasSubstr(message)))
        << json;
  };
  refused(R"({"matrix": "fisher"})", "Choose one of: gauss-newton, hessian, differences.");
  refused(R"({"initial_damping": -1})",
          "[hessian-free] initial_damping must be at least 0 and at most 1e+20, not -1");
  refused(R"({"damping_factor": 0.5})", "damping_factor must be at least 1");
  refused(R"({"preconditioner_exponent": 1.5})", "preconditioner_exponent must be at least 0 and at most 1");
  refused(R"({"penalty": -1})", "penalty must be at least 0");
  refused(R"({"warm_start": 2})", "warm_start must be at least 0 and at most 1");
  refused(R"({"max_iterations": 0})", "max_iterations must be at least 1");
  refused(R"({"progress_tolerance": -1})", "progress_tolerance must be at least 0");
  refused(R"({"residual_tolerance": 1})", "residual_tolerance must be at least 0 and less than 1");
  refused(R"({"sufficient_decrease": 0})", "sufficient_decrease must be greater than 0");
  refused(R"({"shrink": 1})", "shrink must be greater than 0 and less than 1");
  refused(R"({"max_trials": 0})", "max_trials must be at least 1");
}

struct Edge {
  std::unique_ptr<Scripted> f = quartic(3, 0);
  HessianFreeOptions options = {.preconditioner_exponent = 0};
  Vector<double> theta = {1, 2, 3};

  // A good step before, for a state to be left as it is.
  StepReport broken(const std::function<void(Scripted&)>& breaks) {
    HessianFree<double> method(options);
    method.reset(3);
    EXPECT_EQ(method.step(*f, theta).status, Status::ok);
    const Vector<double> before = theta;
    breaks(*f);
    const StepReport report = method.step(*f, theta);
    EXPECT_EQ(theta, before);
    EXPECT_EQ(report.step_norm, 0);
    return report;
  }
};

TEST(HessianFreeEdges, WhatIsNotFiniteLeavesTheta) {
  const StepReport loss = Edge().broken([](Scripted& f) { f.f = [](View) { return nan; }; });
  EXPECT_EQ(loss.status, Status::non_finite);
  EXPECT_THAT(loss.message, HasSubstr("The loss is nan; θ is left as it was."));

  const StepReport gradient = Edge().broken([](Scripted& f) {
    f.gradient_of_f = [](View, Ref g) {
      std::ranges::fill(g, 1.0);
      g[1] = infinity;
    };
  });
  EXPECT_EQ(gradient.status, Status::non_finite);
  EXPECT_THAT(gradient.message, HasSubstr("The gradient of θ[1] is inf (loss"));

  for (const double bad : {nan, infinity, 1e308}) {
    const StepReport product = Edge().broken(
        [&](Scripted& f) { f.product = [bad](View, View, Ref out) { std::ranges::fill(out, bad); }; });
    EXPECT_EQ(product.status, Status::non_finite) << bad;
    EXPECT_THAT(product.message, HasSubstr("first product with the curvature is not finite"));
  }
}

TEST(HessianFreeEdges, WhereNoTrialIsFiniteTheNextStepHasMoreDamping) {
  Edge edge;
  for (const double value : {nan, infinity}) {
    const StepReport report = Edge().broken([&, calls = 0](Scripted& f) mutable {
      f.f = [value, calls](View) mutable { return calls++ == 0 ? 1.0 : value; };
    });
    EXPECT_EQ(report.status, Status::skipped);
    EXPECT_EQ(report.reduction_ratio, -infinity);
    EXPECT_THAT(report.message, HasSubstr("the damping was 30 and is 45 now"));
  }
  edge.options.initial_damping = 0;
  edge.options.line_search = edge.options.backtracking = false;
  const StepReport report = edge.broken([](Scripted& f) {
    f.f = [calls = 0](View) mutable { return calls++ == 0 ? 1.0 : nan; };
    f.gradient_of_f = [](View, Ref g) { std::ranges::fill(g, 1.0); };
  });
  EXPECT_EQ(report.status, Status::line_search_failed) << "the next step would be the same";
}

TEST(HessianFreeEdges, SaysWhenThereIsNothingToDo) {
  EXPECT_EQ(Edge()
                .broken([](Scripted& f) { f.gradient_of_f = [](View, Ref g) { std::ranges::fill(g, 0.0); }; })
                .status,
            Status::converged);
  HessianFree<double> method;
  const auto empty = quartic(0, 0);
  Vector<double> nothing;
  method.reset(0);
  EXPECT_EQ(method.step(*empty, nothing).status, Status::converged);

  const StepReport floor = Edge().broken([](Scripted& f) {
    f.f = [](View) { return 1.0; };
    f.gradient_of_f = [](View, Ref g) { std::ranges::fill(g, 1e-9); };
  });
  EXPECT_EQ(floor.status, Status::rounding_floor);
  EXPECT_THAT(floor.message, AllOf(HasSubstr("less than its rounding"), HasSubstr("norm is 1.73e-09")));
}

TEST(HessianFreeEdges, TinyAndHugeGradientsAreNoTrouble) {
  for (const double scale : {1e-150, 1e-30, 1e30, 1e70}) {
    const auto f = quartic(3, 0);
    Vector<double> theta = {scale, 2 * scale, -scale};
    HessianFree<double> method({.initial_damping = 1, .preconditioner_exponent = 0});
    method.reset(3);
    const double before = f->f(theta);
    const StepReport report = method.step(*f, theta);
    EXPECT_EQ(report.status, Status::ok) << scale << report.message;
    EXPECT_LT(f->f(theta), before / 2);
  }
}

// Inputs that are always 0: without damping the preconditioner has nothing for their weights.
TEST(HessianFreeEdges, APreconditionerOfZeroIsNone) {
  struct WithFisher : test::Quadratic<double> {
    WithFisher() : Quadratic({{2, 0}, {0, 0}}, {1, 0}) {}
    Curvature<double>& gauss_newton(View theta) override { return hessian(theta); }
    void empirical_fisher_diagonal(View, Ref out) override {
      out[0] = 4;
      out[1] = 0;
    }
  } f;
  HessianFree<double> method({.initial_damping = 0});
  method.reset(2);
  Vector<double> theta = {3, 7};
  EXPECT_EQ(method.step(f, theta).status, Status::ok);
  EXPECT_NEAR(theta[0], 0.5, 1e-14);
  EXPECT_EQ(theta[1], 7);
}

TEST(HessianFreeEdges, DampingStaysWhereItCanReturn) {
  const auto f = quartic(2, 0);
  HessianFree<double> method({.initial_damping = 1e-19, .damping_factor = 100, .preconditioner_exponent = 0});
  method.reset(2);
  for (int i = 0; i < 4; ++i) {
    Vector<double> theta = {1, 1};
    EXPECT_EQ(method.step(*f, theta).damping, i == 0 ? 1e-19 : 1e-20);
  }
  f->share = 0.5;
  f->f_of_curvature = [](View) { return nan; };
  for (int i = 0; i < 30; ++i) {
    Vector<double> theta = {1, 1};
    method.step(*f, theta);
  }
  const double high = state_of(method).lambda;
  EXPECT_GT(high, 1e10);
  EXPECT_LE(high, 1e20);
  f->share = 1;
  for (int i = 0; i < 3; ++i) {
    Vector<double> theta = {1, 1};
    method.step(*f, theta);
  }
  EXPECT_NEAR(state_of(method).lambda, high * 1e-6, high * 1e-8);
}

}  // namespace
}  // namespace gradus
