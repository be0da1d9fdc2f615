#include "tools/compare/problem.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "optim/registry.h"
#include "tools/compare/function_problem.h"
#include "tools/compare/network_problem.h"

namespace gradus::compare {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;

// Two clouds of points, of which a network of 2-4-2 can tell the sides.
DataParts clouds(std::uint64_t seed = 0, Index cases = 100) {
  const auto draw = [&](const char* part, Index n) {
    Random random(seed, part);
    std::vector<double> values;
    std::vector<Index> labels;
    for (Index i = 0; i < n; ++i) {
      labels.push_back(i % 2);
      values.push_back(random.normal() + (i % 2 == 0 ? 2 : -2));
      values.push_back(random.normal());
    }
    return Dataset::from_labelled_values("clouds", values, 2, labels, 2);
  };
  return {draw("training", cases), draw("validation", 40), draw("test", 60)};
}

NetworkProblem small(const DataParts& parts = clouds()) {
  return {"clouds",
          {.description = "Clouds",
           .network =
               [] {
                 return mlp({2, 4, 2});
               },
           .batch_size = 10},
          parts};
}

Assignment assignment(std::string method, std::string options, Index batch_size) {
  return {.method = std::move(method),
          .options = std::move(options),
          .seed = 3,
          .budget = {2, Budget::Unit::epochs},
          .batch_size = batch_size};
}

TEST(Problem, IsFoundByName) {
  EXPECT_THAT(problem_names(),
              IsSupersetOf({"mnist-logreg", "mnist-mlp", "mnist-mlp-2x1000", "mnist-mlp-2x1000-dropout",
                            "mnist-mlp-100", "mnist-autoencoder", "curves-autoencoder", "digits-mlp",
                            "noisy-quadratic", "rosenbrock", "beale", "branin"}));
  try {
    make_problem("mnist-mpl");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("mnist-mlp"));
  }
}

TEST(Problem, ANetworkKnowsItsFacts) {
  const NetworkProblem problem = small();
  const Facts& facts = problem.facts();
  EXPECT_EQ(facts.parameters, 3 * 4 + 5 * 2);
  EXPECT_EQ(facts.large_batch_size, 10);
  EXPECT_EQ(facts.curvature_batch_size, 2);
  ASSERT_EQ(facts.data.size(), 3u);
  EXPECT_EQ(facts.data[1].part, "validation");
  EXPECT_EQ(facts.data[1].cases, 40);
  EXPECT_EQ(facts.data[0].sha256.size(), 64u);
  EXPECT_EQ(facts.data[0].sha256, small().facts().data[0].sha256);
  EXPECT_NE(facts.data[0].sha256, small(clouds(1)).facts().data[0].sha256);
  EXPECT_NE(facts.data[0].sha256, facts.data[1].sha256);
  EXPECT_EQ(problem.steps_per_epoch(30), 4);
}

TEST(Problem, ANetworkIsTrainedForTheBudget) {
  const NetworkProblem problem = small();
  const Result result = problem.run(assignment("sgd", R"({"learning_rate": 0.3})", 30));
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_EQ(result.steps, 8);
  EXPECT_EQ(result.evaluations.gradients, 8);
  EXPECT_NEAR(result.cost, 2, 1e-12);  // the last batch of an epoch has 10 cases
  const CurvePoint& last = result.curve.back();
  EXPECT_EQ(last.epoch, 2);
  EXPECT_LT(last.validation_loss, result.curve.front().validation_loss / 2);
  EXPECT_GT(last.training_accuracy, 0.5);  // of the second epoch
  EXPECT_EQ(result.final.validation_loss, last.validation_loss);
  EXPECT_GT(result.final.test_accuracy, 0.8);
  EXPECT_TRUE(std::isnan(result.final.squared_error));

  Assignment tuning = assignment("sgd", R"({"learning_rate": 0.3})", 30);
  tuning.test = false;
  EXPECT_TRUE(std::isnan(problem.run(tuning).final.test_loss));
}

TEST(Problem, MethodsBeginAtTheSamePoint) {
  const NetworkProblem problem = small();
  const double start = problem.run(assignment("sgd", "{}", 10)).curve.front().validation_loss;
  for (const char* method : {"adam", "lbfgs", "hessian-free"})
    EXPECT_EQ(problem.run(assignment(method, "{}", 50)).curve.front().validation_loss, start) << method;
  Assignment other = assignment("sgd", "{}", 10);
  other.seed = 4;
  EXPECT_NE(problem.run(other).curve.front().validation_loss, start);
}

TEST(Problem, DivergenceIsAResult) {
  const Result result = small().run(assignment("sgd", R"({"learning_rate": 1e6})", 10));
  EXPECT_EQ(result.outcome, Outcome::diverged);
  EXPECT_FALSE(result.reason.empty());
  EXPECT_TRUE(std::isnan(result.final.validation_loss));
  const Result function = make_problem("rosenbrock")->run(assignment("sgd", R"({"learning_rate": 10})", 0));
  EXPECT_EQ(function.outcome, Outcome::diverged);
}

TEST(Problem, AProbeEndsAfterAFewSteps) {
  Assignment probe = assignment("sgd", R"({"learning_rate": 1e-6})", 0);
  probe.budget.amount = 1e12;
  probe.probe = true;
  const Result result = make_problem("rosenbrock")->run(probe);
  EXPECT_GE(result.steps, 4);
  EXPECT_LT(result.seconds, 10);
}

// An epoch is a step; the value that is shown is exact; it ends where the minimum is.
TEST(Problem, AFunctionIsMinimised) {
  const auto problem = make_problem("rosenbrock");
  Assignment a = assignment("lbfgs", "{}", 0);
  a.budget = {1000, Budget::Unit::gradients};
  const Result result = problem->run(a);
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_LT(result.final.training_loss, 1e-12);
  EXPECT_LT(result.cost, 1000) << "it ends when there is nothing to do";
  EXPECT_EQ(result.curve.back().epoch, static_cast<double>(result.steps));
  EXPECT_EQ(result.curve.back().training_loss, result.final.training_loss);
  EXPECT_EQ(problem->facts().criterion, "training_loss");
}

TEST(Problem, EveryLandscapeRunsEveryMethodThatItCan) {
  for (const std::string& name : problem_names()) {
    if (name.starts_with("mnist-") || name.starts_with("digits-") || name.starts_with("curves-")) continue;
    const auto problem = make_problem(name);
    for (const char* method : {"sgd", "adam", "lbfgs", "newton"}) {
      const Result result = problem->run(assignment(method, "{}", 0));
      EXPECT_GE(result.steps, 1) << name << method;
      EXPECT_EQ(result.curve.front().cost, 0) << name;
    }
  }
}

// E ‖θ‖ falls as the eigenvalues say: on ½ h θ² + noise, gradient descent has E[θ_t] = (1 − η h)^t θ_0, and the noise's
// stationary variance adds η/(2 − η h)/B. With η = 1 the direction of h = 1 is gone after a step, up to the noise.
TEST(Problem, NoisyQuadraticHasTheNoiseOfItsBatches) {
  const auto problem = make_problem("noisy-quadratic");
  Assignment a = assignment("sgd", R"({"learning_rate": 0.5})", 0);
  a.budget = {4000, Budget::Unit::epochs};
  const Result result = problem->run(a);
  // Once the start is forgotten where h_i is not small, ½ Σ h_i Var θ_i = ½ Σ h_i η/((2 − η h_i) B); what is left of the
  // start in the others is ½ Σ h_i (1 − η h_i)^(2t) of a normal start.
  double expected = 0;
  for (int i = 1; i <= 1000; ++i) {
    const double h = 1.0 / i, left = std::pow(1 - 0.5 * h, 2 * 4000);
    expected += h * (left + 0.5 / ((2 - 0.5 * h) * 128) * (1 - left)) / 2;
  }
  EXPECT_NEAR(result.final.validation_loss / expected, 1,
              0.5);  // of one draw, mostly of ten degrees of freedom
  EXPECT_EQ(problem->facts().criterion, "validation_loss");
  // What a step sees has besides the constant ½ Σ h_i Var c_i = n/(2B).
  EXPECT_NEAR(result.curve.back().training_loss, 1000.0 / 256, 0.2);
  EXPECT_EQ(result.final.validation_loss, problem->run(a).final.validation_loss);
}

}  // namespace
}  // namespace gradus::compare
