#include "nn/mlp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string>

#include "nn/run/plan.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"

namespace gradus::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::array<Index, 4> sizes{5, 7, 6, 3};

TEST(Mlp, IsNamedAndLaidOutAsATorchSequentialOfLinearAndActivationModules) {
  Graph graph;
  Parameters parameters(graph);
  const Mlp network(parameters, sizes);
  std::vector<std::string> blocks;
  for (const auto& block : parameters.blocks()) blocks.push_back(block.name + ' ' + block.shape.to_string());
  EXPECT_THAT(blocks, testing::ElementsAre("0.weight (7, 5)", "0.bias (7)", "2.weight (6, 7)", "2.bias (6)",
                                           "4.weight (3, 6)", "4.bias (3)"));
}

// By hand, in double.
void check_layers(std::optional<Index> linear) {
  Graph graph;
  Parameters parameters(graph);
  const Mlp network(parameters, sizes, {.activation = Activation::tanh, .linear_layer = linear});
  const Tensor x = graph.input("x", {batch, 5}), y = network(x);
  EXPECT_EQ(network.train(x), y);
  const Vector<double> theta = normal_vector(parameters.size(), "theta"), row = normal_vector(5, "row");

  Vector<double> h = row;
  for (std::size_t layer = 0; layer < 3; ++layer) {
    const auto w = parameters.view(2 * layer, std::span(theta)),
               b = parameters.view(2 * layer + 1, std::span(theta));
    Vector<double> next(b.begin(), b.end());
    for (std::size_t i = 0; i < next.size(); ++i) {
      for (std::size_t j = 0; j < h.size(); ++j) next[i] += w[i * h.size() + j] * h[j];
      if (layer < 2 && static_cast<Index>(layer) + 1 != linear) next[i] = std::tanh(next[i]);
    }
    h = next;
  }
  Plan<double> plan(std::array{y}, 1);
  plan.bind(x, row);
  parameters.bind(plan, theta);
  plan.run();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(plan.output(0)[i], h[i], 1e-14);
}

TEST(Mlp, ComputesLayersWithActivationsBetween) { check_layers({}); }

TEST(Mlp, ALayerMayBeLinear) {
  check_layers(1);
  check_layers(2);
}

TEST(Mlp, WeightsSuitTheActivationUnlessGiven) {
  const auto weights = [](const MlpOptions& options) {
    Graph graph;
    Parameters parameters(graph);
    const Mlp network(parameters, sizes, options);
    EXPECT_TRUE(std::holds_alternative<init::Constant>(parameters.blocks()[1].initializer));
    return parameters.blocks()[4].initializer;
  };
  using enum Activation;
  for (const Activation a : {relu, leaky_relu, elu, gelu, silu})
    EXPECT_EQ(std::get<init::He>(weights({.activation = a})).distribution, init::Distribution::normal);
  for (const Activation a : {identity, sigmoid, tanh, softplus})
    EXPECT_EQ(std::get<init::Glorot>(weights({.activation = a})).distribution, init::Distribution::uniform);
  EXPECT_EQ(std::get<init::Sparse>(weights({.weights = init::Sparse{3}})).connections, 3);
}

TEST(Mlp, DropoutDropsInTrainingOnly) {
  Graph graph;
  Parameters parameters(graph);
  const std::array<Index, 3> wide{1, 4000, 1};
  const Mlp network(parameters, wide,
                    {.activation = Activation::identity, .weights = init::Constant{1}, .dropout = 0.25});
  const Tensor x = graph.input("x", {batch, 1});
  const Tensor evaluated = network(x), trained = network.train(x);
  Plan<double> plan(std::array{evaluated, trained}, 3);
  const Vector<double> theta = parameters.initialize<double>(1), cases{1, 1, 1};
  plan.bind(x, cases);
  parameters.bind(plan, theta);
  std::set<double> seen;
  for (std::uint64_t step = 0; step < 4; ++step) {
    plan.draw(5, step);
    plan.run();
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(plan.output(0)[i], 4000);
      // A sum of 4000 independent numbers of mean 1 and variance 0.25 / 0.75.
      EXPECT_NEAR(plan.output(1)[i], 4000, 5 * std::sqrt(4000 / 3.0));
      seen.insert(plan.output(1)[i]);
    }
  }
  EXPECT_GT(seen.size(), 8u);  // cases and steps have masks of their own
}

TEST(Mlp, InputAndHiddenMasksDiffer) {
  Graph graph;
  Parameters parameters(graph);
  const std::array<Index, 4> square{6, 6, 6, 6};
  const Mlp network(parameters, square, {.dropout = 0.5, .input_dropout = 0.5});
  const Tensor x = graph.input("x", {batch, 6});
  network.train(x);
  std::set<std::string> purposes;
  for (NodeId id = 0; id < graph.size(); ++id)
    if (const auto* mask = std::get_if<op::DropoutMask>(&graph.node(id).op())) purposes.insert(mask->purpose);
  EXPECT_THAT(purposes, testing::ElementsAre("dropout 0", "dropout 1", "dropout 2"));
}

TEST(Mlp, RefusesWhatIsNoNetwork) {
  const auto refused = [](std::vector<Index> list, const MlpOptions& options = {}) {
    Graph graph;
    Parameters parameters(graph);
    const std::string message = message_of([&] { Mlp(parameters, list, options); });
    EXPECT_EQ(parameters.size(), 0);
    return message;
  };
  EXPECT_THAT(refused({}), HasSubstr("it has 0"));
  EXPECT_THAT(refused({784}), HasSubstr("it has 1"));
  EXPECT_THAT(refused({784, 0, 10}), AllOf(HasSubstr("at least 1 unit"), HasSubstr("784,0,10")));
  EXPECT_THAT(refused({784, -1, 10}), HasSubstr("784,-1,10"));
  for (const Index linear : {-1, 0, 3, 4})
    EXPECT_THAT(refused({784, 5, 5, 10}, {.linear_layer = linear}),
                HasSubstr(std::to_string(linear) + " of the sizes 784,5,5,10 is not"));
  EXPECT_THAT(refused({784, 10}, {.linear_layer = 1}), HasSubstr("must be a hidden one"));
  for (const double rate : {1.0, -0.1, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(refused({2, 2, 2}, {.dropout = rate}), HasSubstr("rate of dropout"));
    EXPECT_THAT(refused({2, 2, 2}, {.input_dropout = rate}), HasSubstr("rate of input dropout"));
  }
}

}  // namespace
}  // namespace gradus::test
