#include "optim/first_order/amsgrad.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "optim/first_order/adam.h"
#include "tests/optim/given_gradients.h"

namespace gradus {
namespace {

// A copy of one vector of the state.
class Read : public StateVisitor {
 public:
  Read(Optimizer<double>& optimizer, std::string_view symbol) : symbol_(symbol) { optimizer.visit(*this); }
  void integer(std::string_view, std::int64_t&) override {}
  void scalar(std::string_view, double&) override {}
  void vector(std::string_view, std::span<float>) override {}
  void vector(std::string_view name, std::span<double> x) override {
    if (name == symbol_) values.assign(x.begin(), x.end());
  }
  Vector<double> values;

 private:
  std::string_view symbol_;
};

// v rises and falls with the gradients, v̂ rises alone: η/√v̂ never increases.
TEST(Amsgrad, EffectiveRateNeverIncreases) {
  constexpr Index elements = 16;
  for (const Dialect dialect : {Dialect::paper, Dialect::lecture}) {
    test::GivenGradients<> f(elements, [](Index t, Index i) {
      Random random(1, "gradient", static_cast<std::uint64_t>(t * elements + i));
      return random.normal() * std::pow(10, std::sin(static_cast<double>(t) / 50));
    });
    Amsgrad<double> amsgrad(
        {.learning_rate = 0.01, .beta1 = 0.9, .beta2 = 0.9, .epsilon = 1e-8, .dialect = dialect});
    amsgrad.reset(elements);
    Vector<double> theta(elements, 0), largest(elements, 0), v_before(elements, 0);
    int falls = 0;
    for (int t = 1; t <= 1000; ++t) {
      const Vector<double> before = theta;
      amsgrad.step(f, theta);
      const Vector<double> v = Read(amsgrad, "v").values, v_max = Read(amsgrad, "v_max").values;
      const Vector<double> m = Read(amsgrad, "m").values;
      for (std::size_t i = 0; i < theta.size(); ++i) {
        ASSERT_GE(v_max[i], largest[i]);
        falls += v[i] < v_before[i];
        // And that is the rate of the step.
        const bool paper = dialect == Dialect::paper;
        const double rate =
            paper ? 0.01 / std::sqrt(v_max[i]) : 0.01 / (1 - std::pow(0.9, t)) / std::sqrt(v_max[i] + 1e-8);
        ASSERT_NEAR(before[i] - theta[i], rate * m[i], 1e-13);
      }
      largest = v_max;
      v_before = v;
    }
    EXPECT_GT(falls, 1000);
  }
}

// 0/0, and a gradient whose square is 0 in floating point.
TEST(Amsgrad, LeavesAnElementWithoutADivisor) {
  test::GivenGradients<> f(3, [](Index, Index i) { return i == 0 ? 0.0 : i == 1 ? 1e-170 : 1.0; });
  Amsgrad<double> amsgrad({.learning_rate = 0.01});
  amsgrad.reset(3);
  Vector<double> theta = {5, 5, 5};
  EXPECT_EQ(amsgrad.step(f, theta).status, Status::ok);
  EXPECT_EQ(theta[0], 5);
  EXPECT_EQ(theta[1], 5);
  EXPECT_NEAR(theta[2], 5 - 0.01 * 0.1 / std::sqrt(0.001), 1e-12);
}

// Online problems of Reddi, Kale & Kumar 2018 on the box [−1, 1]: a large gradient once in a period, small ones of the
// other sign between, and a sum that is positive, so that −1 is best.
struct Problem {
  Index period;
  double rare, often;  // the losses are rare·x in steps 1, 1 + period, … and −often·x in the others
  double beta1, beta2, rate;
  Index steps;
  double mean() const {
    return (rare - static_cast<double>(period - 1) * often) / static_cast<double>(period);
  }
};
// Theorem 1: β₁ = 0, β₂ = 1/(1 + C²) and η < √(1 − β₂).
constexpr Problem theorem{3, 4, 1, 0, 1.0 / 17, 0.2, 30000};
// Section 5, with η = 1 instead of a search.
constexpr Problem experiment{101, 1010, 10, 0.9, 0.99, 1, 303000};

struct Run {
  double least, most;          // θ's range in the last tenth of the steps
  std::vector<double> regret;  // mean regret after a hundredth, a tenth and all of the steps
};

template <class Method, class Options>
Run run(const Problem& p, double start, Dialect dialect) {
  test::GivenGradients<> f(1, [&](Index t, Index) { return t % p.period == 1 ? p.rare : -p.often; });
  Options options;
  options.learning_rate = schedules::InverseSqrt{.rate = p.rate};
  options.beta1 = p.beta1;
  options.beta2 = p.beta2;
  options.dialect = dialect;
  options.guards.box_low = -1;
  options.guards.box_high = 1;
  Method method(options);
  method.reset(1);
  Vector<double> theta = {start};
  Run result{1, -1, {}};
  double loss = 0;
  for (Index t = 1; t <= p.steps; ++t) {
    loss += method.step(f, theta).loss;
    if (t > p.steps / 10 * 9) {
      result.least = std::min(result.least, theta[0]);
      result.most = std::max(result.most, theta[0]);
    }
    // Whole periods all: the best point in hindsight, −1, has lost −mean per step.
    if (t == p.steps / 100 || t == p.steps / 10 || t == p.steps)
      result.regret.push_back(loss / static_cast<double>(t) + p.mean());
  }
  return result;
}

void expect_to_end_at_the_worst(const Run& run, const Problem& p) {
  EXPECT_GT(run.least, 0.95);
  EXPECT_GT(run.regret.back(), 0.95 * 2 * p.mean());
}
void expect_to_end_at_the_best(const Run& run) {
  EXPECT_LT(run.most, -0.95);
  ASSERT_EQ(run.regret.size(), 3u);
  EXPECT_LT(run.regret[1], run.regret[0] / 2);
  EXPECT_LT(run.regret[2], run.regret[1] / 2);
}

// Adam from the best point, AMSGrad from the worst.
TEST(Amsgrad, SucceedsWhereAdamFailsInTheTheorem) {
  expect_to_end_at_the_worst(run<Adam<double>, AdamOptions>(theorem, -1, Dialect::paper), theorem);
  for (const Dialect dialect : {Dialect::paper, Dialect::lecture, Dialect::torch, Dialect::keras})
    expect_to_end_at_the_best(run<Amsgrad<double>, AmsgradOptions>(theorem, 1, dialect));
}

TEST(Amsgrad, SucceedsWhereAdamFailsInTheExperiment) {
  expect_to_end_at_the_worst(run<Adam<double>, AdamOptions>(experiment, 0, Dialect::paper), experiment);
  expect_to_end_at_the_best(run<Amsgrad<double>, AmsgradOptions>(experiment, 0, Dialect::paper));
  expect_to_end_at_the_best(run<Amsgrad<double>, AmsgradOptions>(experiment, 0, Dialect::lecture));
}

}  // namespace
}  // namespace gradus
