// One table: every registered method on every problem, and what all methods promise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/threads.h"
#include "data/digits.h"
#include "nn/mlp.h"
#include "nn/network.h"
#include "optim/minimize.h"
#include "optim/objectives/least_squares.h"
#include "optim/objectives/more_garbow_hillstrom.h"
#include "optim/objectives/network_objective.h"
#include "optim/registry.h"
#include "optim/schedule.h"
#include "optim/vector_math.h"
#include "tests/optim/quadratic.h"
#include "tests/support/count_allocations.h"
#include "tests/support/normal_vector.h"
#include "tests/support/restore_threads.h"

namespace gradus {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

// Of a step that did what it should; some methods are at the minimum sooner than others.
const auto good = AnyOf(Status::ok, Status::converged, Status::rounding_floor);

// Positive definite, so that its Gauss–Newton matrix may be its Hessian; the diagonal of ones, for want of cases.
class Convex : public test::Quadratic<double> {
 public:
  using Quadratic::Quadratic;
  Curvature<double>& gauss_newton(View theta) override { return hessian(theta); }
  void empirical_fisher_diagonal(View, Ref out) override { std::ranges::fill(out, 1.0); }
};

// Condition number 100, ten dimensions, a matrix and a vector; minimum −½ Σ 1/h at 1/h.
class IllConditioned : public Convex {
 public:
  IllConditioned() : Convex(diagonal(), std::vector<double>(10, 1)) {}
  Layout layout() const override { return Layout({{"w", 0, 2, 4}, {"b", 8, 2, 1}}); }

 private:
  static std::vector<std::vector<double>> diagonal() {
    std::vector<std::vector<double>> a(10, std::vector<double>(10));
    for (std::size_t i = 0; i < 10; ++i) a[i][i] = std::pow(100, static_cast<double>(i) / 9);
    return a;
  }
};
double ill_conditioned_minimum() {
  double f = 0;
  for (int i = 0; i < 10; ++i) f -= std::pow(100, -i / 9.0) / 2;
  return f;
}

// For each method the options with which it reaches the targets below; found by a coarse search over rates.
const nlohmann::json& table() {
  static const auto json = nlohmann::json::parse(std::ifstream(GRADUS_METHODS_TABLE));
  return json;
}

class EveryMethod : public testing::TestWithParam<std::string> {
 protected:
  std::string method() const { return GetParam(); }
  template <class Scalar>
  std::unique_ptr<Optimizer<Scalar>> tuned_for(const char* problem) const {
    const bool tuned = table().contains(method());  // others, a user's own, run with their defaults
    return make_optimizer<Scalar>(method(), tuned ? table()[method()][problem].dump() : "{}");
  }
};

constexpr Index most_steps = 5000;

TEST_P(EveryMethod, MinimisesAnIllConditionedQuadratic) {
  IllConditioned f;
  Vector<double> theta(10, 0);
  const auto optimizer = tuned_for<double>("quadratic");
  const MinimizeResult result =
      minimize(f, theta, *optimizer, {.max_steps = most_steps, .gradient_norm = 1e-4});
  EXPECT_LT(result.loss, ill_conditioned_minimum() + 1e-3) << result.reason;
}

TEST_P(EveryMethod, FindsTheMinimumOfRosenbrock) {
  // f(x, y) = (1 − x)² + 100 (y − x²)²: minimum 0 at (1, 1)
  LeastSquares<double> f(more_garbow_hillstrom().front().residuals);
  Vector<double> theta = {-1.2, 1};
  const auto optimizer = tuned_for<double>("rosenbrock");
  const MinimizeResult result =
      minimize(f, theta, *optimizer, {.max_steps = 4 * most_steps, .gradient_norm = 1e-5});
  EXPECT_LT(result.loss, 1e-2) << result.reason << ' ' << theta[0] << ' ' << theta[1];
}

// Softmax regression on a thousand synthetic digits, with the penalty ½ 1e-3 ‖w‖².
struct Digits {
  Digits() {
    const Dataset data = synthetic_digits({.train = 1000, .test = 10}).train;
    std::vector<Index> all(1000);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Index>(i);
    inputs.resize(1000 * 784);
    labels.resize(1000);
    data.gather<float>(all, inputs);
    data.gather_labels<float>(all, labels);
  }
  // 7 × 7 means of 4 × 4 pixels.
  Vector<float> coarse() const {
    Vector<float> means(1000 * 49);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      means[i / 784 * 49 + i % 784 / 112 * 7 + i % 28 / 4] += inputs[i] / 16;
    return means;
  }
  Vector<float> inputs, labels;
};

bool forms_a_matrix(const std::string& method) { return method == "bfgs" || method == "newton"; }

TEST_P(EveryMethod, FitsSoftmaxRegressionOnDigits) {
  static const Digits digits;
  // A dense matrix of 7,850 parameters would take minutes.
  const bool small = forms_a_matrix(method());
  const Vector<float> inputs = small ? digits.coarse() : digits.inputs;
  Network network = mlp({small ? 49 : 784, 10}, {.l2 = 1e-3});
  NetworkObjective<float> f(network);
  f.set_batch(inputs, digits.labels);
  Vector<float> theta(static_cast<std::size_t>(f.size()), 0);
  const auto optimizer = tuned_for<float>("logistic");
  const MinimizeResult result = minimize(f, theta, *optimizer, {.max_steps = 100, .gradient_norm = 1e-4});
  // From ln 10 = 2.30; the minimum on the small images is 0.859.
  EXPECT_LT(result.loss, small ? 0.87 : 0.5) << result.reason;
}

template <class Scalar>
Vector<Scalar> run(Optimizer<Scalar>& optimizer, Index steps, std::span<const Scalar> start) {
  Network network = mlp({6, 5, 3}, {.activation = Activation::tanh, .l2 = 0.01});
  NetworkObjective<Scalar> f(network);
  Vector<Scalar> inputs(60), labels(10), theta(start.begin(), start.end());
  for (std::size_t i = 0; i < 60; ++i) inputs[i] = static_cast<Scalar>(std::sin(static_cast<double>(7 * i)));
  for (std::size_t i = 0; i < 10; ++i) labels[i] = static_cast<Scalar>(i % 3);
  f.set_batch(inputs, labels);
  optimizer.reset(f.layout());
  for (Index i = 0; i < steps; ++i) EXPECT_THAT(optimizer.step(f, theta).status, good);
  return theta;
}

Vector<float> small_start() {
  return mlp({6, 5, 3}, {.activation = Activation::tanh}).parameters().initialize<float>(3);
}

TEST_P(EveryMethod, BeginsAnewAfterResetAndGivesTheSameBits) {
  const Vector<float> start = small_start();
  const auto optimizer = make_optimizer<float>(method()), other = make_optimizer<float>(method());
  const Vector<float> first = run<float>(*optimizer, 12, start);
  EXPECT_EQ(run<float>(*optimizer, 12, start), first);
  EXPECT_EQ(run<float>(*other, 12, start), first);
}

// ½ Σ h_i (θ_i − 1)², so long that every thread has work in every part of a step.
class Long : public Objective<float>, private Curvature<float> {
 public:
  Index size() const override { return 210700; }
  Layout layout() const override {
    return Layout({{"0.weight", 0, 300, 500},
                   {"0.bias", 150000, 300, 1},
                   {"1.weight", 150300, 200, 300},
                   {"1.bias", 210300, 400, 1}});
  }
  float value(std::span<const float> theta) override {
    double f = 0;
    for (std::size_t i = 0; i < theta.size(); ++i) f += 0.5 * h(i) * (theta[i] - 1) * (theta[i] - 1);
    return static_cast<float>(f);
  }
  float gradient(std::span<const float> theta, std::span<float> out) override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = h(i) * (theta[i] - 1);
    return value(theta);
  }
  Curvature<float>& hessian(std::span<const float>) override { return *this; }
  Curvature<float>& gauss_newton(std::span<const float>) override { return *this; }
  void empirical_fisher_diagonal(std::span<const float>, std::span<float> out) override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = h(i);
  }

 private:
  static float h(std::size_t i) { return 1 + static_cast<float>(i * 7919 % 1000) / 100; }
  void apply(std::span<const float> v, std::span<float> out) override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = h(i) * v[i];
  }
};

// Whether the method takes so many parameters; those that keep a dense matrix refuse them, and name another method.
bool takes(const std::string& method, const Layout& layout) {
  try {
    make_optimizer<float>(method)->reset(layout);
    return true;
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("max_parameters"));
    return false;
  }
}

TEST_P(EveryMethod, GivesTheSameBitsOnAnyNumberOfThreads) {
  if (!takes(method(), Long().layout())) GTEST_SKIP() << "It refuses so many parameters.";
  const test::RestoreThreads restore;
  Vector<float> first;
  double length = 0;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    Long f;
    const auto optimizer = make_optimizer<float>(method());
    optimizer->reset(f.layout());
    Vector<float> theta = test::normal_vector<float>(f.size(), "theta");
    StepReport report;
    for (int t = 0; t < 3; ++t) report = optimizer->step(f, theta);
    EXPECT_THAT(report.status, good) << report.message;
    if (count == 1) {
      first = theta;
      length = report.step_norm;
    } else {
      EXPECT_TRUE(theta == first) << count;
      EXPECT_EQ(report.step_norm, length) << count;
    }
  }
}

TEST_P(EveryMethod, AllocatesInResetAloneForLongVectorsToo) {
  if (!takes(method(), Long().layout())) GTEST_SKIP() << "It refuses so many parameters.";
  const test::RestoreThreads restore;
  set_threads(2);
  Long f;
  const auto optimizer = make_optimizer<float>(method());
  optimizer->reset(f.layout());
  Vector<float> theta = test::normal_vector<float>(f.size(), "theta");
  optimizer->step(f, theta);  // the threads
  const auto before = test::allocations();
  StepReport report;  // which says something when the minimum has been reached
  for (int i = 0; i < 10 && report.status == Status::ok; ++i) report = optimizer->step(f, theta);
  if (report.status == Status::ok) {
    EXPECT_EQ(test::allocations(), before);
  }
}

// Keeps a copy of the state, and puts it into another optimizer, which must have the same.
class Copy : public StateVisitor {
 public:
  void restore() {
    restoring_ = true;
    visited_ = 0;
  }
  bool complete() const {
    return visited_ == integers_.size() + scalars_.size() + floats_.size() + doubles_.size();
  }
  void integer(std::string_view name, std::int64_t& x) override { keep(integers_, name, x); }
  void scalar(std::string_view name, double& x) override { keep(scalars_, name, x); }
  void vector(std::string_view name, std::span<float> x) override { keep_all(floats_, name, x); }
  void vector(std::string_view name, std::span<double> x) override { keep_all(doubles_, name, x); }

 private:
  template <class T>
  void keep(std::map<std::string, T>& kept, std::string_view name, T& x) {
    T& own = at(kept, name);
    (restoring_ ? x : own) = restoring_ ? own : x;
  }
  template <class T>
  void keep_all(std::map<std::string, std::vector<T>>& kept, std::string_view name, std::span<T> x) {
    std::vector<T>& own = at(kept, name);
    if (!restoring_) return own.assign(x.begin(), x.end());
    ASSERT_EQ(own.size(), x.size()) << name;
    std::ranges::copy(own, x.begin());
  }
  // A name that is not there, or there twice, is an error.
  template <class T>
  T& at(std::map<std::string, T>& kept, std::string_view name) {
    ++visited_;
    EXPECT_EQ(kept.contains(std::string(name)), restoring_) << name;
    return kept[std::string(name)];
  }

  bool restoring_ = false;
  std::size_t visited_ = 0;
  std::map<std::string, std::int64_t> integers_;
  std::map<std::string, double> scalars_;
  std::map<std::string, std::vector<float>> floats_;
  std::map<std::string, std::vector<double>> doubles_;
};

// Options that bring other state with them: every dialect, every other way, and every schedule as a plateau that listens.
class OtherOptions : public OptionVisitor {
 public:
  using OptionVisitor::choice;
  void number(std::string_view, double&, const Range&) override {}
  void integer(std::string_view, Index&, const Range&) override {}
  void flag(std::string_view, bool&) override {}
  void schedule(std::string_view name, Schedule& value, const Range&) override {
    add(name, plateau(value.rate()));
  }
  void dialect(Dialect&, std::initializer_list<Dialect> forms) override {
    for (const Dialect form : forms) add("dialect", gradus::name(form));
  }
  void choice(std::string_view name, int&, std::span<const std::string_view> names) override {
    for (const std::string_view one : names) add(name, one);
  }
  void method(std::string_view name, std::string&) override {
    add(name, {{"method", "momentum"}, {"learning_rate", 0.01}, {"momentum", plateau(0.9)}});
  }
  std::vector<nlohmann::json> all{nlohmann::json::object()};

 private:
  void add(std::string_view name, const nlohmann::json& value) {
    nlohmann::json options;
    options[std::string(name)] = value;
    all.push_back(options);
  }
  static nlohmann::json plateau(double rate) {
    return {
        {"schedule", "reduce-on-plateau"}, {"rate", rate}, {"every", 2}, {"patience", 0}, {"threshold", 0.5}};
  }
};

TEST_P(EveryMethod, GoesOnFromItsStateAsIfNeverInterrupted) {
  Network network = mlp({6, 5, 3}, {.activation = Activation::tanh, .l2 = 0.01});
  NetworkObjective<float> f(network);
  Vector<float> inputs(60, 0.3F), labels(10, 1);
  f.set_batch(inputs, labels);
  OtherOptions options;
  find_method(method()).visit_defaults(options);
  for (const nlohmann::json& chosen : options.all) {
    SCOPED_TRACE(chosen.dump());
    Vector<float> theta = small_start();
    const auto optimizer = make_optimizer<float>(method(), chosen.dump());
    const auto resumed = make_optimizer<float>(method(), chosen.dump());
    optimizer->reset(f.layout());
    for (int i = 0; i < 7; ++i) optimizer->step(f, theta);
    Copy copy;
    optimizer->visit(copy);
    Vector<float> other = theta;
    for (int i = 0; i < 7; ++i) optimizer->step(f, theta);

    resumed->reset(f.layout());
    copy.restore();
    resumed->visit(copy);
    EXPECT_TRUE(copy.complete());
    for (int i = 0; i < 7; ++i) resumed->step(f, other);
    EXPECT_EQ(other, theta);
  }
}

TEST_P(EveryMethod, AllocatesInResetAlone) {
  Network network = mlp({6, 5, 3}, {.l2 = 0.01});
  NetworkObjective<float> f(network);
  Vector<float> inputs(60, 0.3F), labels(10, 1), theta = network.parameters().initialize<float>(3);
  f.set_batch(inputs, labels);
  const auto optimizer = make_optimizer<float>(method());
  optimizer->reset(f.layout());
  for (int i = 0; i < 3; ++i) optimizer->step(f, theta);  // the objective's plans
  const auto before = test::allocations();
  for (int i = 0; i < 20; ++i) optimizer->step(f, theta);
  EXPECT_EQ(test::allocations(), before);
}

// A function whose batches change, of which one has a gradient that is not a number.
class Broken : public Convex {
 public:
  Broken() : Convex({{2, 0.5}, {0.5, 1}}, {1, 1}) {}
  double gradient(View theta, Ref out) override {
    const double f = Quadratic::gradient(theta, out);
    if (batch == 3) out[1] = std::numeric_limits<double>::quiet_NaN();
    return f;
  }
  std::uint64_t version() const override { return batch; }
  std::uint64_t batch = 1;
};

TEST_P(EveryMethod, LeavesThetaWhereTheGradientIsNotFinite) {
  Broken f;
  Vector<double> theta = {3, 4};
  const auto optimizer = make_optimizer<double>(method());
  optimizer->reset(2);
  optimizer->step(f, theta);
  ++f.batch;
  optimizer->step(f, theta);
  ++f.batch;
  const Vector<double> before = theta;
  const StepReport report = optimizer->step(f, theta);
  EXPECT_EQ(report.status, Status::non_finite);
  EXPECT_THAT(report.message, HasSubstr("θ[1] is nan"));
  EXPECT_EQ(theta, before);
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryMethod, testing::ValuesIn(method_names()), [](const auto& instance) {
  std::string name = instance.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace gradus
