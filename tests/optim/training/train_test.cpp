#include "optim/training/train.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "base/threads.h"
#include "optim/first_order/sgd.h"
#include "optim/objectives/network_objective.h"
#include "optim/training/evaluate.h"
#include "tests/optim/clusters.h"
#include "tests/support/count_allocations.h"

namespace gradus {
namespace {

using test::clusters;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

Network small_network() { return mlp({2, 8, 3}, {.activation = Activation::tanh}); }

struct Trained {
  Vector<float> theta;
  History history;
};

Trained train_small(const NetworkOptions& network_options, const TrainOptions& options,
                    const Dataset& data = clusters(100)) {
  Network network = mlp({2, 8, 3}, network_options);
  Trained result{network.parameters().initialize<float>(1), {}};
  Sgd sgd({.learning_rate = 0.1});
  result.history = train(network, result.theta, sgd, data, options);
  return result;
}

TEST(Train, LearnsToTellClustersApart) {
  Network network = small_network();
  Vector<double> theta = network.parameters().initialize<double>(1);
  Sgd<double> sgd({.learning_rate = 0.3});
  const Dataset data = clusters(300), other = clusters(300, 2);
  const History history =
      train(network, theta, sgd, data, {.epochs = 20, .batch_size = 16, .validation = other});

  ASSERT_EQ(history.epochs.size(), 20u);
  EXPECT_EQ(history.steps, 20 * 19);
  EXPECT_EQ(history.status, Status::ok);
  EXPECT_EQ(history.reason, "Trained for 20 epochs.");
  EXPECT_EQ(history.optimizer, "sgd");
  const EpochRecord& last = history.epochs.back();
  EXPECT_LT(last.training_loss, history.epochs.front().training_loss / 4);
  EXPECT_GT(*last.training_accuracy, 0.97);
  const Evaluation evaluation = evaluate(network, theta, other);
  EXPECT_EQ(*last.validation_accuracy, *evaluation.accuracy);
  EXPECT_EQ(*last.validation_loss, evaluation.loss);
  EXPECT_GT(*evaluation.accuracy, 0.97);
  EXPECT_GT(last.samples_per_second, 0);
}

TEST(Train, LearnsVectors) {
  std::vector<double> x, y;
  for (int i = 0; i < 50; ++i) {
    x.push_back(i / 25.0 - 1);
    y.push_back(2 * x.back() - 0.5);
  }
  const Dataset line = Dataset::from_values("line", x, 1, y, 1);
  Network network = mlp({1, 1}, {.loss = Loss::squared_error});
  Vector<float> theta = network.parameters().initialize<float>(1);
  Sgd sgd({.learning_rate = 0.3});
  const History history = train(network, theta, sgd, line, {.epochs = 60, .batch_size = 10});
  EXPECT_NEAR(theta[0], 2, 1e-4);
  EXPECT_NEAR(theta[1], -0.5, 1e-4);
  EXPECT_FALSE(history.epochs.back().training_accuracy);
  EXPECT_FALSE(evaluate(network, theta, line).accuracy);
}

// Wide enough that all threads have work in every step.
TEST(Train, TheSameSeedGivesTheSameBitsOnAnyNumberOfThreads) {
  const int before = threads();
  const Dataset data = clusters(300), other = clusters(2000, 2);
  const auto trained = [&](int number_of_threads, std::uint64_t seed) {
    set_threads(number_of_threads);
    Network network = mlp({2, 300, 200, 3}, {.activation = Activation::tanh, .l2 = 1e-3, .dropout = 0.2});
    Trained result{network.parameters().initialize<float>(1), {}};
    Sgd sgd({.learning_rate = 0.1});
    result.history = train(network, result.theta, sgd, data,
                           {.epochs = 2, .batch_size = 130, .seed = seed, .validation = other});
    return result;
  };
  const Trained first = trained(1, 7);
  for (const int number_of_threads : {1, 2, 3}) {
    const Trained again = trained(number_of_threads, 7);
    EXPECT_EQ(again.theta, first.theta) << number_of_threads << " threads";
    EXPECT_EQ(again.history.epochs[1].training_loss, first.history.epochs[1].training_loss);
    EXPECT_EQ(again.history.epochs[1].validation_loss, first.history.epochs[1].validation_loss);
  }
  EXPECT_NE(trained(1, 8).theta, first.theta);
  set_threads(before);
}

TEST(Train, MeansWeighTheLastPartialBatchByItsCases) {
  // With a learning rate that moves nothing, an epoch's loss is the loss of all cases, however they are cut.
  const Dataset data = clusters(100);
  Network network = small_network();
  Vector<double> theta = network.parameters().initialize<double>(1);
  Sgd<double> sgd({.learning_rate = 1e-300});
  const double loss = evaluate(network, theta, data).loss;
  for (const Index batch_size : {1, 33, 64, 99, 100, 1000}) {
    const History history = train(network, theta, sgd, data, {.epochs = 1, .batch_size = batch_size});
    EXPECT_NEAR(history.epochs[0].training_loss, loss, 1e-13) << batch_size;
    EXPECT_EQ(history.steps, (100 + batch_size - 1) / batch_size);
    EXPECT_DOUBLE_EQ(*history.epochs[0].training_accuracy, *evaluate(network, theta, data).accuracy);
  }
  const History dropped =
      train(network, theta, sgd, data, {.epochs = 2, .batch_size = 33, .drop_last = true});
  EXPECT_EQ(dropped.steps, 2 * 3);
}

TEST(Train, FullBatchIsGradientDescent) {
  const Dataset data = clusters(30);
  Network network = small_network();
  Vector<double> theta = network.parameters().initialize<double>(1), expected = theta, g(theta.size());
  Sgd<double> sgd({.learning_rate = 0.1});
  train(network, theta, sgd, data, {.epochs = 5, .batch_size = 30});

  NetworkObjective<double> objective(network);
  Vector<double> inputs(60), labels(30);
  std::vector<Index> all(30);
  std::iota(all.begin(), all.end(), Index{0});
  data.gather<double>(all, inputs);
  data.gather_labels<double>(all, labels);
  objective.set_batch(inputs, labels);
  for (int step = 0; step < 5; ++step) {
    objective.gradient(expected, g);
    for (std::size_t i = 0; i < g.size(); ++i) expected[i] -= 0.1 * g[i];
  }
  for (std::size_t i = 0; i < g.size(); ++i) EXPECT_NEAR(theta[i], expected[i], 1e-13);
}

TEST(Train, EarlyStoppingRestoresTheBestParameters) {
  // Trained on wrong labels, the validation loss grows after a while.
  Network network = small_network();
  Vector<float> theta = network.parameters().initialize<float>(1);
  Sgd sgd({.learning_rate = 0.5});
  std::vector<Vector<float>> after;
  const Dataset noisy = clusters(60, 3, 1.5), other = clusters(300, 4, 1.5);
  const History history = train(network, theta, sgd, noisy,
                                {.epochs = 500,
                                 .batch_size = 10,
                                 .validation = other,
                                 .early_stopping = EarlyStopping{.patience = 4},
                                 .on_epoch = [&](TrainEpoch&) { after.push_back(theta); }});
  ASSERT_TRUE(history.best_epoch);
  const auto best = static_cast<std::size_t>(*history.best_epoch - 1);
  EXPECT_EQ(history.epochs.size(), best + 1 + 4);
  EXPECT_THAT(history.reason, HasSubstr("the validation loss has not improved for 4 epochs"));
  for (const EpochRecord& epoch : history.epochs)
    EXPECT_GE(*epoch.validation_loss, *history.epochs[best].validation_loss);
  EXPECT_EQ(theta, after[best]);
  EXPECT_NE(theta, after.back());
}

TEST(Train, CallbacksSeeAndMayStop) {
  const Dataset data = clusters(100);
  Index steps = 0;
  double cost = 0, seconds = 0;
  const History by_step =
      train_small({}, {.epochs = 5,
                       .batch_size = 10,
                       .on_step =
                           [&](TrainStep& step) {
                             EXPECT_EQ(step.step, ++steps);
                             EXPECT_EQ(step.epoch, (steps + 9) / 10);
                             EXPECT_TRUE(std::isfinite(step.report.loss));
                             EXPECT_NEAR(step.cost, 0.1 * static_cast<double>(steps), 1e-12);
                             EXPECT_GT(step.seconds, seconds);
                             cost = step.cost;
                             seconds = step.seconds;
                             step.stop = steps == 13;
                           }})
          .history;
  EXPECT_EQ(by_step.steps, 13);
  ASSERT_EQ(by_step.epochs.size(), 1u);
  EXPECT_LT(by_step.epochs[0].cost, cost);
  EXPECT_LT(by_step.epochs[0].seconds, seconds);
  EXPECT_EQ(by_step.reason, "Stopped by the callback in epoch 2, after step 3 of 10.");

  const History by_epoch =
      train_small({}, {.epochs = 5,
                       .batch_size = 10,
                       .on_epoch = [&](TrainEpoch& epoch) { epoch.stop = epoch.record.epoch == 2; }})
          .history;
  EXPECT_EQ(by_epoch.epochs.size(), 2u);
  EXPECT_EQ(by_epoch.reason, "Stopped by the callback after epoch 2.");
}

TEST(Train, StopsWhereALossIsNotFinite) {
  Network network = mlp({2, 8, 1}, {.activation = Activation::relu, .loss = Loss::squared_error});
  Vector<float> theta = network.parameters().initialize<float>(1);
  Sgd sgd({.learning_rate = 1e6});
  const Dataset line = Dataset::from_values("line", {1, 2, 3, 4, 5, 6, 7, 8}, 2, {1, 2, 3, 4}, 1);
  const History history = train(network, theta, sgd, line, {.epochs = 50, .batch_size = 2});
  EXPECT_EQ(history.status, Status::non_finite);
  EXPECT_THAT(history.reason, AllOf(HasSubstr("Stopped in epoch"), HasSubstr("θ is left as it was")));
  for (const float x : theta) EXPECT_TRUE(std::isfinite(x));
}

TEST(Train, AStepAllocatesNothingAfterTheFirstEpoch) {
  std::int64_t before = 0, after = 0;
  train_small({.dropout = 0.1}, {.epochs = 3, .batch_size = 32, .on_step = [&](TrainStep& step) {
                                   if (step.epoch == 2 && before == 0) before = test::allocations();
                                   if (step.epoch == 2) after = test::allocations();
                                 }});
  EXPECT_NE(before, 0);
  EXPECT_EQ(after, before);
}

TEST(Train, RefusesWhatDoesNotFitBeforeItBegins) {
  Network network = small_network();
  const Vector<float> start = network.parameters().initialize<float>(1);
  Vector<float> theta = start, short_theta(3), bad = start;
  bad[20] = std::numeric_limits<float>::quiet_NaN();
  Sgd sgd;
  const Dataset data = clusters(10);
  const Dataset wide = Dataset::from_labelled_values("wide", {1, 2, 3, 4, 5, 6}, 3, {0, 2}, 3);
  const Dataset many = Dataset::from_labelled_values("many", {1, 2, 3, 4}, 2, {0, 9}, 10);
  const Dataset vectors = Dataset::from_values("vectors", {1, 2, 3, 4}, 2, {1, 2}, 1);
  const auto refused = [&](const Dataset& d, const TrainOptions& options, const auto& message) {
    EXPECT_THAT([&] { train(network, theta, sgd, d, options); }, ThrowsMessage<Error>(message));
  };
  refused(wide, {}, HasSubstr("wide has 3 numbers a case, but the network's input takes 2"));
  refused(many, {}, HasSubstr("many has 10 classes, but the network has 3 outputs"));
  refused(vectors, {}, HasSubstr("vectors has targets of 1 numbers, but the network's loss learns classes"));
  refused(data, {.validation = wide}, HasSubstr("wide has 3 numbers"));
  refused(data, {.epochs = 0}, HasSubstr("epochs must be at least 1, not 0"));
  refused(data, {.batch_size = 0}, HasSubstr("batch size must be at least 1, not 0"));
  refused(data, {.curvature_batch_size = -1}, HasSubstr("curvature_batch_size must be at least 0, not -1"));
  refused(data, {.batch_size = 11, .drop_last = true}, HasSubstr("do not fill one batch of 11"));
  refused(data, {.early_stopping = EarlyStopping{}}, HasSubstr("none is given"));
  refused(data, {.validation = data, .early_stopping = EarlyStopping{.patience = 0}}, HasSubstr("not 0"));
  refused(data, {.validation = data, .early_stopping = EarlyStopping{.min_delta = -1}}, HasSubstr("not -1"));
  EXPECT_EQ(theta, start);
  EXPECT_THAT([&] { train(network, short_theta, sgd, data); },
              ThrowsMessage<Error>(HasSubstr("3 numbers, but the network has 51 parameters")));
  EXPECT_THAT([&] { train(network, bad, sgd, data); }, ThrowsMessage<Error>(HasSubstr("0.bias[4] is nan")));

  Network regression = mlp({2, 1}, {.loss = Loss::squared_error});
  Vector<float> weights = regression.parameters().initialize<float>(1);
  EXPECT_THAT(
      [&] { train(regression, weights, sgd, data); },
      ThrowsMessage<Error>(AllOf(HasSubstr("labels of 3 classes"), HasSubstr("Use softmax cross-entropy"))));
}

}  // namespace
}  // namespace gradus
