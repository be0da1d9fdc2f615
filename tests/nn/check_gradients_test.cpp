#include "nn/check_gradients.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "nn/graph/ops.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"

namespace gradus::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class CheckGradients : public testing::Test {
 protected:
  GradientCheck check(Tensor loss, const GradientCheckOptions& options = {}) {
    return check_gradients(loss, parameters, theta, {}, 1, options);
  }

  Graph graph;
  Parameters parameters{graph};
  Tensor a = parameters.add("a", {3}), b = parameters.add("b", {2, 2});
  Vector<double> theta{0.3, -1.2, 2, 0.7, -0.4, 1.5, -2.5};
};

TEST_F(CheckGradients, PassesWhereTheyAreRight) {
  const GradientCheck result = check(sum(tanh(a)) * sum(exp(b)) + sum(square(a)));
  EXPECT_TRUE(result.passed()) << result.to_string();
  ASSERT_EQ(result.gradient.size(), 2u);
  EXPECT_EQ(result.gradient[0].block, "a");
  EXPECT_EQ(result.gradient[1].compared, 4);
  EXPECT_EQ(result.hessian[0].compared, 3);
  for (const auto* rows : {&result.gradient, &result.hessian})
    for (const auto& row : *rows) {
      EXPECT_EQ(row.kinks, 0);
      EXPECT_LT(row.relative_error, 1e-8);
      EXPECT_LT(row.tolerance, 1e-7);
    }
  EXPECT_THAT(result.to_string(), AllOf(HasSubstr("a "), HasSubstr("b "), HasSubstr("\npassed\n")));
}

// A gradient that is wrong by 1e-6 of itself, of a loss of any size; what is right is not blamed.
TEST_F(CheckGradients, NamesTheBlockWhoseGradientIsWrong) {
  for (const double size : {1e-12, 1.0, 1e12})
    for (const double wrong : {1e-6, 1.0}) {
      const Tensor loss = size * (sum(square(a)) + sum(square(b)) + wrong * sum(stop_gradient(b) * b));
      const GradientCheck result = check(loss);
      EXPECT_TRUE(result.gradient[0].passed()) << result.to_string();
      EXPECT_FALSE(result.gradient[1].passed()) << result.to_string();
      EXPECT_TRUE(result.hessian[0].passed()) << result.to_string();
      EXPECT_FALSE(result.hessian[1].passed()) << result.to_string();
      EXPECT_FALSE(result.passed());
      EXPECT_THAT(result.to_string(), AllOf(HasSubstr("WRONG"), HasSubstr("NOT passed")));
      EXPECT_NEAR(result.gradient[1].relative_error, wrong / (2 + 2 * wrong), 0.01 * wrong);
    }
}

// Σ b², whose gradient sees 2b as a constant: right, but its derivative is not.
TEST_F(CheckGradients, FindsAWrongHessianBehindARightGradient) {
  const Tensor loss = sum(square(a)) + sum(stop_gradient(2 * b) * b) - sum(square(stop_gradient(b)));
  const GradientCheck result = check(loss);
  EXPECT_TRUE(result.gradient[1].passed()) << result.to_string();
  EXPECT_FALSE(result.hessian[1].passed()) << result.to_string();
  EXPECT_FALSE(result.passed());
}

TEST_F(CheckGradients, NamesTheWrongCoordinate) {
  const Tensor one = slice(reshape(b, {4}), 0, 2, 3);
  const GradientCheck result = check(sum(square(b)) + sum(a) + sum(stop_gradient(one) * one));
  EXPECT_EQ(result.gradient[1].worst, 2);
  EXPECT_NEAR(result.gradient[1].derivative, 3 * 1.5, 1e-12);
  EXPECT_NEAR(result.gradient[1].difference, 4 * 1.5, 1e-8);
  EXPECT_NEAR(result.gradient[1].largest_error, 1.5, 1e-8);
}

TEST_F(CheckGradients, DoesNotJudgeAtAKink) {
  theta[1] = 0;     // at it,
  theta[4] = 3e-6;  // within the step, which is 6e-6,
  theta[5] = -4e-6;
  theta[6] = 1e-3;  // and far enough
  const GradientCheck result = check(sum(square(a)) + sum(relu(a)) + sum(abs(b)) + sum(square(b)));
  EXPECT_EQ(result.gradient[0].kinks, 1);
  EXPECT_EQ(result.gradient[1].kinks, 2);
  EXPECT_TRUE(result.gradient[0].passed()) << result.to_string();
  EXPECT_TRUE(result.gradient[1].passed()) << result.to_string();
}

// Wherever the kink lies within the step, differences that are off are never blamed on the gradient.
TEST_F(CheckGradients, AKinkAtAnyDistanceIsNoMistake) {
  for (int i = -300; i <= 300; ++i) {
    theta[0] = i * 5e-8;  // up to 2.5 steps
    const GradientCheck result = check(sum(square(a)) + sum(relu(a)) + sum(square(b)));
    ASSERT_TRUE(result.passed()) << theta[0] << '\n' << result.to_string();
  }
}

TEST_F(CheckGradients, ABlockThatIsAllKinksHasNotPassed) {
  theta = {0, 0, 0, 1, 1, 1, 1};
  const GradientCheck result = check(sum(abs(a)) + sum(square(b)));
  EXPECT_EQ(result.gradient[0].kinks, 3);
  EXPECT_EQ(result.gradient[0].worst, -1);
  EXPECT_FALSE(result.passed());
  EXPECT_THAT(result.to_string(), HasSubstr("none"));
}

TEST_F(CheckGradients, ParametersThatDoNotMatterPass) {
  const GradientCheck result = check(sum(square(a)));
  EXPECT_TRUE(result.passed()) << result.to_string();
  EXPECT_EQ(result.gradient[1].largest_error, 0);
}

TEST_F(CheckGradients, AMinimumPasses) {
  theta.assign(7, 0);
  EXPECT_TRUE(check(sum(square(a)) + sum(square(b))).passed());
  theta.assign(7, 1);
  EXPECT_TRUE(check(sum(square(square(a - 1))) + sum(square(b - 1))).passed());
}

TEST_F(CheckGradients, RefusesWhatCannotBeCompared) {
  EXPECT_THAT(message_of([&] { check(sum(log(a))); }), HasSubstr("the loss is nan"));
  EXPECT_THAT(message_of([&] { check(sum(exp(exp(exp(a * 4))))); }), HasSubstr("the loss is inf"));
  EXPECT_THAT(message_of([&] { check(square(a)); }), HasSubstr("scalar"));
  EXPECT_THAT(message_of([&] { check(sum(a), {.coordinates = 0}); }), HasSubstr("at least 1 coordinate"));
  theta.pop_back();
  EXPECT_THAT(message_of([&] { check(sum(a)); }), AllOf(HasSubstr("7 parameters"), HasSubstr("6 numbers")));
  Graph empty;
  Parameters none(empty);
  EXPECT_THAT(message_of([&] { check_gradients(empty.constant(1), none, {}, {}, 1); }),
              HasSubstr("no parameters"));
}

// A gradient that is infinite where the loss is finite: √0.
TEST_F(CheckGradients, AnInfiniteDerivativeHasNotPassed) {
  theta[0] = 0;
  EXPECT_FALSE(check(sum(sqrt(square(a))) + sum(square(b))).passed());
}

TEST(CheckGradientsOfNetworks, DrawsCoordinatesOfLargeBlocks) {
  Network network = mlp({20, 30, 4}, {.activation = Activation::tanh, .l2 = 0.1, .dropout = 0.5});
  const Vector<double> theta = network.parameters().initialize<double>(1), x = normal_vector(5 * 20, "x");
  const Vector<double> labels{0, 3, 1, 2, 0};
  const GradientCheck result = check_gradients(network, theta, x, labels, {.coordinates = 25});
  EXPECT_TRUE(result.passed()) << result.to_string();
  std::vector<Index> compared, all;
  for (const auto& row : result.gradient) compared.push_back(row.compared);
  for (const auto& row : result.hessian) all.push_back(row.compared);
  EXPECT_THAT(compared, testing::ElementsAre(25, 25, 25, 4));
  EXPECT_THAT(all, testing::ElementsAre(600, 30, 120, 4));
  // A second check of the same network, and another seed's coordinates.
  const GradientCheck other = check_gradients(network, theta, x, labels, {.coordinates = 25, .seed = 1});
  EXPECT_TRUE(other.passed());
  EXPECT_NE(other.gradient[0].largest_error, result.gradient[0].largest_error);
}

TEST(CheckGradientsOfNetworks, RefusesInputsThatAreNoCases) {
  Network network = mlp({3, 2});
  const Vector<double> theta = network.parameters().initialize<double>(1);
  EXPECT_THAT(message_of([&] { check_gradients(network, theta, {}, {}); }),
              HasSubstr("a case has 3 numbers; 0 inputs"));
  EXPECT_THAT(message_of([&] { check_gradients(network, theta, Vector<double>(4), Vector<double>(1)); }),
              HasSubstr("a case has 3 numbers; 4 inputs"));
  EXPECT_NE(message_of([&] { check_gradients(network, theta, Vector<double>(6), Vector<double>(1)); }),
            "no error");
}

}  // namespace
}  // namespace gradus::test
