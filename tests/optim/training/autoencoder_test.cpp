// Autoencoders through the objective and the training loop.
#include "nn/autoencoder.h"

#include <gmock/gmock.h>

#include <numeric>

#include "base/random.h"
#include "data/curves.h"
#include "optim/first_order/adam.h"
#include "optim/first_order/sgd.h"
#include "optim/objectives/network_objective.h"
#include "optim/training/evaluate.h"
#include "optim/training/train.h"
#include "tests/support/count_allocations.h"
#include "tests/support/normal_vector.h"

namespace gradus::test {
namespace {

// Images of 2 × 3 pixels that are of two kinds: with all of their ink on the left, or on the right.
Dataset halves(Index cases) {
  Random random(1, "halves");
  std::vector<std::uint8_t> pixels;
  for (Index i = 0; i < cases; ++i) {
    const auto ink = static_cast<std::uint8_t>(200 + random.below(56));
    const bool left = random.below(2) == 0;
    for (const bool on : {left, left, !left, left, left, !left}) pixels.push_back(on ? ink : 0);
  }
  return Dataset::from_bytes("halves", std::move(pixels), 2, 3);
}

// The same cases, their inputs given as targets.
Dataset with_targets(const Dataset& data) {
  std::vector<Index> all(static_cast<std::size_t>(data.size()));
  std::iota(all.begin(), all.end(), Index{0});
  std::vector<double> values(all.size() * static_cast<std::size_t>(data.width()));
  data.gather<double>(all, values);
  return Dataset::from_values(data.name(), values, data.width(), values, data.width());
}

// The same network with its target apart from its input.
Network with_target(const Network& network) {
  NetworkOptions options = network.options();
  options.reconstruct = false;
  return mlp({network.layers().begin(), network.layers().end()}, options);
}

TEST(AutoencoderTraining, IsThatOfAnMlpWithTheInputsAsTargets) {
  const Dataset data = halves(64);
  Network network = autoencoder({6, 4, 2}, {.l2 = 1e-3, .dropout = 0.1}), twin = with_target(network);
  const Vector<double> start = network.parameters().initialize<double>(3);
  const TrainOptions options{.epochs = 3, .batch_size = 10, .seed = 2};
  Sgd<double> sgd({.learning_rate = 0.1});
  Vector<double> theta = start, theirs = start;
  const History history = train(network, theta, sgd, data, options),
                their_history = train(twin, theirs, sgd, with_targets(data), options);
  EXPECT_NE(theta, start);
  EXPECT_EQ(theta, theirs);
  EXPECT_EQ(history.epochs.back().training_loss, their_history.epochs.back().training_loss);
  EXPECT_EQ(evaluate(network, theta, data).squared_error,
            evaluate(twin, theta, with_targets(data)).squared_error);
}

// The products of the curvature, too, with another batch than the gradient's.
TEST(AutoencoderObjective, HasTheDerivativesOfAnMlpWithTheInputsAsTargets) {
  Network network = autoencoder({6, 4, 2}, {.l2 = 1e-3}), twin = with_target(network);
  const Index n = network.parameters().size();
  const Vector<double> theta = normal_vector(n, "theta"), v = normal_vector(n, "v"),
                       x = normal_vector(6 * 5, "x"), others = normal_vector(6 * 3, "others");
  std::vector<Vector<double>> results;
  for (Network* one : {&network, &twin}) {
    NetworkObjective<double> objective(*one);
    objective.set_batch(x, x);
    Vector<double> value{objective.value(theta)}, gradient(v.size()), product(v.size()), hessian(v.size());
    objective.gradient(theta, gradient);
    objective.set_curvature_batch(others, others);
    objective.gauss_newton(theta).apply(v, product);
    objective.hessian(theta).apply(v, hessian);
    for (const auto& result : {value, gradient, product, hessian}) results.push_back(result);
  }
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(results[i], results[4 + i]) << i;
}

TEST(AutoencoderTraining, FindsTheCode) {
  const auto [data, other] = halves(250).split(50, 1);
  Network network = autoencoder({6, 8, 1}, {.weights = init::glorot_uniform});
  Vector<float> theta = network.parameters().initialize<float>(1);
  Adam adam({.learning_rate = 0.02});
  const double before = *evaluate(network, theta, data).squared_error;
  const History history =
      train(network, theta, adam, data, {.epochs = 40, .batch_size = 20, .validation = other});
  const Evaluation after = evaluate(network, theta, other);
  EXPECT_GT(before, 1);
  // One number tells the two kinds apart. Three pixels of ink with variance (56² − 1) / 12 / 255² would leave 0.012.
  EXPECT_LT(*after.squared_error, 0.02);
  EXPECT_FALSE(history.epochs.back().training_accuracy);
  EXPECT_EQ(history.epochs.back().validation_loss, after.loss);
  EXPECT_EQ(history.epochs.back().validation_squared_error, after.squared_error);
}

TEST(AutoencoderTraining, LearnsFromTheCurvesAndAllocatesNothingOnTheWay) {
  const Curves curves = synthetic_curves({.train = 300, .test = 10});
  Network network = autoencoder({784, 20, 6}, {.l2 = 2e-5});
  Vector<float> theta = network.parameters().initialize<float>(1);
  Sgd sgd({.learning_rate = 0.01});
  std::int64_t before = 0, after = 0;
  const History history = train(network, theta, sgd, curves.train,
                                {.epochs = 3, .batch_size = 64, .on_step = [&](TrainStep& step) {
                                   if (step.epoch < 3) return;
                                   if (before == 0) before = allocations();
                                   after = allocations();
                                 }});
  EXPECT_EQ(after, before);
  EXPECT_LT(history.epochs[2].training_loss, history.epochs[0].training_loss);
}

}  // namespace
}  // namespace gradus::test
