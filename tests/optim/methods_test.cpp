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
#include "optim/objectives/network_objective.h"
#include "optim/registry.h"
#include "optim/vector_math.h"
#include "tests/optim/quadratic.h"
#include "tests/support/count_allocations.h"

namespace gradus {
namespace {

using testing::HasSubstr;

// f(x, y) = (1 − x)² + 100 (y − x²)², from (−1.2, 1): minimum 0 at (1, 1).
class Rosenbrock : public Objective<double>, private Curvature<double> {
 public:
  Index size() const override { return 2; }
  double value(std::span<const double> p) override {
    return std::pow(1 - p[0], 2) + 100 * std::pow(p[1] - p[0] * p[0], 2);
  }
  double gradient(std::span<const double> p, std::span<double> out) override {
    out[1] = 200 * (p[1] - p[0] * p[0]);
    out[0] = -2 * (1 - p[0]) - 2 * p[0] * out[1];
    return value(p);
  }
  Curvature<double>& hessian(std::span<const double> p) override {
    a_ = 2 + 1200 * p[0] * p[0] - 400 * p[1];
    b_ = -400 * p[0];
    return *this;
  }

 private:
  void apply(std::span<const double> v, std::span<double> out) override {
    out[0] = a_ * v[0] + b_ * v[1];
    out[1] = b_ * v[0] + 200 * v[1];
  }
  double a_ = 0, b_ = 0;
};

// Condition number 100, ten dimensions, minimum −½ Σ 1/h at 1/h.
test::Quadratic<double> ill_conditioned() {
  std::vector<std::vector<double>> a(10, std::vector<double>(10));
  for (std::size_t i = 0; i < 10; ++i) a[i][i] = std::pow(100, static_cast<double>(i) / 9);
  return {a, std::vector<double>(10, 1)};
}
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
  auto f = ill_conditioned();
  Vector<double> theta(10, 0);
  const auto optimizer = tuned_for<double>("quadratic");
  const MinimizeResult result =
      minimize(f, theta, *optimizer, {.max_steps = most_steps, .gradient_norm = 1e-4});
  EXPECT_LT(result.loss, ill_conditioned_minimum() + 1e-3) << result.reason;
}

TEST_P(EveryMethod, FindsTheMinimumOfRosenbrock) {
  Rosenbrock f;
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
  Vector<float> inputs, labels;
};

TEST_P(EveryMethod, FitsSoftmaxRegressionOnDigits) {
  static const Digits digits;
  Network network = mlp({784, 10}, {.l2 = 1e-3});
  NetworkObjective<float> f(network);
  f.set_batch(digits.inputs, digits.labels);
  Vector<float> theta(static_cast<std::size_t>(f.size()), 0);
  const auto optimizer = tuned_for<float>("logistic");
  const MinimizeResult result = minimize(f, theta, *optimizer, {.max_steps = 100, .gradient_norm = 1e-4});
  EXPECT_LT(result.loss, 0.5) << result.reason;  // from ln 10 = 2.30
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
  for (Index i = 0; i < steps; ++i) EXPECT_EQ(optimizer.step(f, theta).status, Status::ok);
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
  set_threads(3);
  EXPECT_EQ(run<float>(*other, 12, start), first);
  set_threads(2);
}

// Keeps a copy of the state, and puts it into another optimizer.
class Copy : public StateVisitor {
 public:
  explicit Copy(bool restore = false) : restore_(restore) {}
  void restore() { restore_ = true; }
  void integer(std::string_view name, std::int64_t& x) override { keep(integers[std::string(name)], x); }
  void scalar(std::string_view name, double& x) override { keep(scalars[std::string(name)], x); }
  void vector(std::string_view name, std::span<float> x) override {
    auto& kept = vectors[std::string(name)];
    if (restore_)
      std::ranges::copy(kept, x.begin());
    else
      kept.assign(x.begin(), x.end());
  }
  void vector(std::string_view name, std::span<double> x) override {
    auto& kept = doubles[std::string(name)];
    if (restore_)
      std::ranges::copy(kept, x.begin());
    else
      kept.assign(x.begin(), x.end());
  }

 private:
  template <class T>
  void keep(T& kept, T& x) {
    (restore_ ? x : kept) = restore_ ? kept : x;
  }
  bool restore_;
  std::map<std::string, std::int64_t> integers;
  std::map<std::string, double> scalars;
  std::map<std::string, std::vector<float>> vectors;
  std::map<std::string, std::vector<double>> doubles;
};

TEST_P(EveryMethod, GoesOnFromItsStateAsIfNeverInterrupted) {
  Network network = mlp({6, 5, 3}, {.activation = Activation::tanh, .l2 = 0.01});
  NetworkObjective<float> f(network);
  Vector<float> inputs(60, 0.3F), labels(10, 1), theta = small_start();
  f.set_batch(inputs, labels);
  const auto optimizer = make_optimizer<float>(method()), resumed = make_optimizer<float>(method());
  optimizer->reset(f.layout());
  for (int i = 0; i < 7; ++i) optimizer->step(f, theta);
  Copy copy;
  optimizer->visit(copy);
  Vector<float> other = theta;
  for (int i = 0; i < 7; ++i) optimizer->step(f, theta);

  resumed->reset(f.layout());
  copy.restore();
  resumed->visit(copy);
  for (int i = 0; i < 7; ++i) resumed->step(f, other);
  EXPECT_EQ(other, theta);
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

// A gradient that is not a number in its third step.
class Broken : public test::Quadratic<double> {
 public:
  Broken() : Quadratic({{2, 0.5}, {0.5, 1}}, {1, 1}) {}
  double gradient(View theta, Ref out) override {
    const double f = Quadratic::gradient(theta, out);
    if (++calls == 3) out[1] = std::numeric_limits<double>::quiet_NaN();
    return f;
  }
  int calls = 0;
};

TEST_P(EveryMethod, LeavesThetaWhereTheGradientIsNotFinite) {
  Broken f;
  Vector<double> theta = {3, 4};
  const auto optimizer = make_optimizer<double>(method());
  optimizer->reset(2);
  optimizer->step(f, theta);
  optimizer->step(f, theta);
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
