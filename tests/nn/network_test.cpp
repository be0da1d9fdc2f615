#include "nn/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <utility>

#include "nn/graph/ops.h"
#include "nn/run/plan.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"

namespace gradus::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

template <class Scalar = double>
std::vector<double> scalars(const Network& network, const std::vector<Tensor>& outputs,
                            const Vector<Scalar>& theta, const Vector<Scalar>& x,
                            const Vector<Scalar>& target, Index cases) {
  Plan<Scalar> plan(outputs, cases);
  network.parameters().bind(plan, theta);
  plan.bind(network.input(), x);
  plan.bind(network.target(), target);
  plan.run();
  std::vector<double> values;
  for (std::size_t i = 0; i < outputs.size(); ++i) values.push_back(plan.output(i)[0]);
  return values;
}

TEST(Network, AnMlpHasItsInputTargetAndOutput) {
  const Network network = mlp({784, 512, 512, 10});
  EXPECT_EQ(network.input().shape(), (Shape{batch, 784}));
  EXPECT_EQ(network.target().shape(), (Shape{batch}));
  EXPECT_EQ(network.output().shape(), (Shape{batch, 10}));
  EXPECT_EQ(network.case_loss().shape(), (Shape{batch}));
  EXPECT_EQ(network.classes(), 10);
  EXPECT_EQ(network.parameters().size(), 784 * 512 + 512 + 512 * 512 + 512 + 512 * 10 + 10);
  EXPECT_THAT(network.layers(), testing::ElementsAre(784, 512, 512, 10));
  // Without dropout and penalty training is evaluation.
  EXPECT_EQ(network.training_output(), network.output());
  EXPECT_EQ(network.training_loss(), network.evaluation_loss());
  EXPECT_EQ(network.training_data_loss(), network.evaluation_loss());
  EXPECT_FALSE(network.penalty());
}

TEST(Network, TargetsAreVectorsForOtherLosses) {
  for (const Loss loss : {Loss::sigmoid_cross_entropy, Loss::squared_error, Loss::huber}) {
    const Network network = mlp({5, 4, 3}, {.loss = loss});
    EXPECT_EQ(network.target().shape(), (Shape{batch, 3}));
    EXPECT_EQ(network.classes(), 0);
    EXPECT_EQ(network.options().loss, loss);
  }
}

// With all parameters 0 the softmax is uniform.
TEST(Network, UntrainedLossIsTheLogarithmOfTheClasses) {
  const Network network = mlp({4, 3, 10}, {.weights = init::Constant{0}});
  const auto theta = network.parameters().initialize<double>(1);
  const auto loss = scalars(network, {network.evaluation_loss()}, theta, normal_vector(8, "x"), {3, 9}, 2);
  EXPECT_NEAR(loss[0], std::log(10.0), 1e-15);
}

TEST(Network, PenaltyAndDropoutAreOfTrainingAlone) {
  const Network network = mlp({4, 50, 3}, {.l2 = 0.1, .dropout = 0.5, .input_dropout = 0.2});
  EXPECT_NE(network.training_output(), network.output());
  const Vector<double> theta = normal_vector(network.parameters().size(), "theta");
  const auto values = scalars(network,
                              {network.evaluation_loss(), mean(network.case_loss()),
                               network.training_data_loss(), network.penalty(), network.training_loss()},
                              theta, normal_vector(20, "x"), {0, 1, 2, 1, 0}, 5);
  EXPECT_EQ(values[0], values[1]);
  EXPECT_NE(values[0], values[2]);
  double squares = 0;
  for (const std::size_t block : {0u, 2u})
    for (const double w : network.parameters().view(block, std::span(theta))) squares += w * w;
  EXPECT_NEAR(values[3], 0.05 * squares, 1e-13 * squares);
  EXPECT_NEAR(values[4], values[2] + values[3], 1e-14 * values[4]);
}

TEST(Network, ThePenaltyMayBeOnBiasesToo) {
  const Network network = mlp({4, 5, 3}, {.l2 = 0.1, .l2_biases = true});
  const Vector<double> theta = normal_vector(network.parameters().size(), "theta");
  double squares = 0;
  for (const double w : theta) squares += w * w;
  const auto penalty = scalars(network, {network.penalty()}, theta, normal_vector(4, "x"), {1}, 1);
  EXPECT_NEAR(penalty[0], 0.05 * squares, 1e-13 * squares);
}

TEST(Network, PredictsInTheUnitsOfItsTarget) {
  const Vector<double> x = normal_vector(4, "x"), target{0.25, 0.5, 0.75};
  const auto predicted = [&](Loss loss, const Vector<double>& t) {
    const Network network = mlp({4, 3}, {.loss = loss});
    EXPECT_EQ(network.prediction().shape(), (Shape{batch, 3}));
    const Vector<double> theta = normal_vector(network.parameters().size(), "theta");
    Plan<double> plan(std::array{network.output(), network.prediction()}, 1);
    network.parameters().bind(plan, theta);
    plan.bind(network.input(), x);
    plan.run();
    const Vector<double> z(plan.output(0).begin(), plan.output(0).end()),
        p(plan.output(1).begin(), plan.output(1).end());
    if (!network.case_squared_error()) return std::array{z, p};
    double squares = 0;
    for (std::size_t i = 0; i < 3; ++i) squares += (p[i] - t[i]) * (p[i] - t[i]);
    EXPECT_NEAR(scalars(network, {network.case_squared_error()}, theta, x, t, 1)[0], squares,
                1e-14 * squares);
    return std::array{z, p};
  };
  for (const Loss loss : {Loss::squared_error, Loss::huber}) {
    const auto [z, p] = predicted(loss, target);
    EXPECT_EQ(z, p);
  }
  const auto [z, sigmoids] = predicted(Loss::sigmoid_cross_entropy, target);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(sigmoids[i], 1 / (1 + std::exp(-z[i])), 1e-15);
  const auto [logits, p] = predicted(Loss::softmax_cross_entropy, {1});
  EXPECT_NEAR(p[0] + p[1] + p[2], 1, 1e-15);
  EXPECT_NEAR(p[0] / p[1], std::exp(logits[0] - logits[1]), 1e-13);
  EXPECT_FALSE(mlp({4, 3}).case_squared_error());  // classes are no numbers
}

TEST(Network, MayReconstructItsInput) {
  for (const Loss loss : {Loss::softmax_cross_entropy, Loss::sigmoid_cross_entropy, Loss::squared_error}) {
    const Network network = mlp({4, 3, 4}, {.loss = loss, .reconstruct = true});
    EXPECT_TRUE(network.reconstructs());
    EXPECT_EQ(network.target(), network.input());
    EXPECT_EQ(network.classes(), 0);
    EXPECT_EQ(network.case_squared_error().shape(), (Shape{batch}));
  }
  EXPECT_FALSE(mlp({4, 3, 4}).reconstructs());
}

TEST(Network, MovesWithItsTensors) {
  Network first = mlp({4, 3, 2});
  const Tensor loss = first.training_loss();
  const Vector<float> theta = first.parameters().initialize<float>(1), x = normal_vector<float>(4, "x");
  const auto before = scalars<float>(first, {loss}, theta, x, {1}, 1);
  Network second = std::move(first);
  EXPECT_EQ(second.training_loss(), loss);
  EXPECT_EQ(&second.graph(), &loss.graph());
  EXPECT_EQ(scalars<float>(second, {loss}, theta, x, {1}, 1), before);
  EXPECT_EQ(second.parameters().like("v").size(), 4u);
  second = mlp({4, 2});
  EXPECT_EQ(second.parameters().size(), 10);
}

TEST(Network, RefusesWhatIsNoNetwork) {
  EXPECT_THAT(message_of([] { mlp({}); }), HasSubstr("at least the sizes"));
  EXPECT_THAT(message_of([] {
                mlp({5, 1});
              }),
              AllOf(HasSubstr("softmax"), HasSubstr("sigmoid-cross-entropy")));
  EXPECT_EQ(message_of([] { mlp({5, 1}, {.loss = Loss::sigmoid_cross_entropy}); }), "no error");
  EXPECT_THAT(message_of([] { mlp({5, 2}, {.l2 = -1}); }), HasSubstr("[l2]"));
  EXPECT_THAT(message_of([] { mlp({5, 2}, {.dropout = 1}); }), HasSubstr("dropout"));
  EXPECT_THAT(message_of([] { mlp({5, 3, 2}, {.linear_layer = 2}); }), HasSubstr("linear layer"));
  EXPECT_THAT(message_of([] {
                mlp({5, 3, 2}, {.reconstruct = true});
              }),
              AllOf(HasSubstr("as many outputs as inputs"), HasSubstr("5,3,2")));
}

class CustomNetwork : public testing::Test {
 protected:
  CustomNetwork() {
    w = parameters.add("w", {2});
    t.input = graph->input("x", {batch, 2});
    t.target = graph->input("y", {batch, 2});
    t.output = t.input * w;
    t.case_loss = squared_error(t.output, t.target);
  }
  std::string refused() {
    return message_of([&] { Network(std::move(graph), parameters, t); });
  }

  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  Parameters parameters{*graph};
  Tensor w;
  Network::Tensors t;
};

TEST_F(CustomNetwork, IsMadeOfItsTensors) {
  t.penalty = l2(parameters, 1, true);
  const Network network(std::move(graph), parameters, t);
  EXPECT_TRUE(network.layers().empty());
  EXPECT_EQ(network.training_output(), t.output);
  const auto values =
      scalars(network, {network.evaluation_loss(), network.training_loss()}, {1, 2}, {3, 4}, {3, 7}, 1);
  EXPECT_EQ(values[0], 0.5);
  EXPECT_EQ(values[1], 0.5 + 2.5);
}

TEST_F(CustomNetwork, MayHaveItsInputAsTarget) {
  t.target = t.input;
  t.case_loss = squared_error(t.output, t.input);
  const Network network(std::move(graph), parameters, t);
  EXPECT_TRUE(network.reconstructs());
  const auto values = scalars(network, {network.case_squared_error()}, {1, 2}, {3, 4}, {3, 4}, 1);
  EXPECT_EQ(values[0], 16);
}

TEST_F(CustomNetwork, MaySayWhatItsOutputPredicts) {
  t.prediction = 2 * t.output;
  const Network network(std::move(graph), parameters, t);
  const auto values = scalars(network, {network.case_squared_error()}, {1, 2}, {3, 4}, {3, 7}, 1);
  EXPECT_EQ(values[0], 9 + 81);
}

TEST_F(CustomNetwork, WithoutAGraphIsRefused) {
  graph.release();  // NOLINT: deleted below
  std::unique_ptr<Graph> kept(&w.graph());
  EXPECT_THAT(refused(), HasSubstr("no graph"));
}
TEST_F(CustomNetwork, WithAnEmptyTensorIsRefused) {
  t.output = {};
  EXPECT_THAT(refused(), HasSubstr("output is an empty tensor"));
}
TEST_F(CustomNetwork, OfTwoGraphsIsRefused) {
  Graph other;
  t.target = other.input("elsewhere", {batch, 2});
  EXPECT_THAT(refused(), HasSubstr("target elsewhere belongs to another graph"));
}
TEST_F(CustomNetwork, WithParametersOfAnotherGraphIsRefused) {
  Graph other;
  Parameters elsewhere(other);
  elsewhere.add("stray", {2});
  EXPECT_THAT(message_of([&] { Network(std::move(graph), elsewhere, t); }), HasSubstr("parameter stray"));
}
TEST_F(CustomNetwork, WhoseInputIsNoInputIsRefused) {
  t.input = t.output;
  EXPECT_THAT(refused(), AllOf(HasSubstr("input must be an input"), HasSubstr("(batch, 2)")));
}
TEST_F(CustomNetwork, WhoseTargetHasNoBatchIsRefused) {
  t.target = w;
  EXPECT_THAT(refused(), AllOf(HasSubstr("target"), HasSubstr("w of shape (2)")));
}
TEST_F(CustomNetwork, WhoseLossIsNotOfEachCaseIsRefused) {
  t.case_loss = mean(t.case_loss);
  EXPECT_THAT(refused(), AllOf(HasSubstr("case loss must have shape (batch)"), HasSubstr("()")));
}
TEST_F(CustomNetwork, WhosePenaltyIsNoScalarIsRefused) {
  t.penalty = square(w);
  EXPECT_THAT(refused(), AllOf(HasSubstr("penalty must have shape ()"), HasSubstr("(2)")));
}

}  // namespace
}  // namespace gradus::test
