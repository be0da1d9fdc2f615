#include "optim/training/evaluate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "nn/autoencoder.h"
#include "optim/training/batch_buffer.h"
#include "tests/optim/clusters.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using test::clusters, test::message_of;
using testing::HasSubstr;

// A network whose outputs are known: z = Wx + b, W (3, 2).
struct Linear {
  Network network = mlp({2, 3}, {.l2 = 10});
  Vector<double> theta = {1, 0, -0.5, 0.9, -0.5, -0.9, 0, 0.1, 0};
  std::array<double, 3> outputs(double x, double y) const {
    return {theta[0] * x + theta[1] * y + theta[6], theta[2] * x + theta[3] * y + theta[7],
            theta[4] * x + theta[5] * y + theta[8]};
  }
};

TEST(Evaluate, AgreesWithTheFormulasOverBlocksAndTheirRest) {
  const Linear linear;
  Evaluator<double> evaluator(linear.network);
  for (const Index cases : {1, 999, 1000, 1001, 2500, 7}) {  // with one evaluator
    const Dataset data = clusters(cases, 5, 0.8);
    const Evaluation result = evaluator.evaluate(linear.theta, data);
    const auto outputs = evaluator.outputs(linear.theta, data);
    const auto predicted = evaluator.predict(linear.theta, data);
    ASSERT_EQ(std::ssize(outputs), 3 * cases);
    ASSERT_EQ(std::ssize(predicted), cases);

    double loss = 0;
    Index correct = 0;
    for (Index i = 0; i < cases; ++i) {
      double point[2];
      data.gather<double>(std::span(&i, 1), point);
      const auto z = linear.outputs(point[0], point[1]);
      for (std::size_t c = 0; c < 3; ++c)
        ASSERT_NEAR(outputs[static_cast<std::size_t>(3 * i) + c], z[c], 1e-14);
      loss += std::log(std::exp(z[0]) + std::exp(z[1]) + std::exp(z[2])) -
              z[static_cast<std::size_t>(data.label(i))];
      const Index best = std::max_element(z.begin(), z.end()) - z.begin();
      EXPECT_EQ(predicted[static_cast<std::size_t>(i)], best);
      correct += best == data.label(i);
    }
    EXPECT_NEAR(result.loss, loss / static_cast<double>(cases), 1e-13);
    EXPECT_EQ(*result.accuracy, static_cast<double>(correct) / static_cast<double>(cases));
    EXPECT_EQ(result.cases, cases);
  }
}

// Σ (p − t)² of each case, from the outputs, in double.
template <class Scalar>
double mean_squared_error(const Vector<Scalar>& outputs, const std::vector<double>& targets, Index cases,
                          bool logistic) {
  double sum = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto z = static_cast<double>(outputs[i]);
    const double error = (logistic ? 1 / (1 + std::exp(-z)) : z) - targets[i];
    sum += error * error;
  }
  return sum / static_cast<double>(cases);
}

template <class Scalar>
void check_reconstruction_error(double tolerance) {
  const Network network = autoencoder({6, 5, 2});
  Vector<Scalar> theta(static_cast<std::size_t>(network.parameters().size()));
  Random random(1, "theta");
  for (Scalar& x : theta) x = static_cast<Scalar>(random.normal());
  Evaluator<Scalar> evaluator(network);
  for (const Index cases : {1, 1000, 2345}) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(6 * cases));
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
    std::vector<double> x;
    for (const std::uint8_t byte : bytes) x.push_back(byte / 255.0);
    const Dataset data = Dataset::from_bytes("bytes", std::move(bytes), 2, 3);
    const Evaluation result = evaluator.evaluate(theta, data);
    const double expected = mean_squared_error(evaluator.outputs(theta, data), x, cases, true);
    EXPECT_NEAR(*result.squared_error, expected, tolerance * expected);
    EXPECT_FALSE(result.accuracy);
    EXPECT_EQ(result.cases, cases);
  }
}

// A case's error is a sum of six terms in the network's type, of their rounding, and of the case's outputs.
TEST(Evaluate, HasTheReconstructionErrorOfAnAutoencoder) {
  check_reconstruction_error<double>(1e-14);
  check_reconstruction_error<float>(1e-6);
}

TEST(Evaluate, HasTheSquaredErrorWhereTargetsAreNumbers) {
  const Dataset data = Dataset::from_values("line", {1, 2, 3, 4}, 1, {0, 1, 1, 3, 2, 2, 3, 1}, 2);
  const Vector<double> theta = {0.5, -1, 0.25, 2};
  const Network squared = mlp({1, 2}, {.loss = Loss::squared_error}),
                huber = mlp({1, 2}, {.loss = Loss::huber});
  const Evaluation result = evaluate(squared, theta, data);
  const auto outputs = Evaluator<double>(squared).outputs(theta, data);
  EXPECT_NEAR(*result.squared_error, mean_squared_error(outputs, {0, 1, 1, 3, 2, 2, 3, 1}, 4, false), 1e-14);
  EXPECT_NEAR(*result.squared_error, 2 * result.loss, 1e-14);
  EXPECT_EQ(evaluate(huber, theta, data).squared_error, result.squared_error);
  EXPECT_EQ(to_string(result),
            fmt::format("squared error {:.4f}, loss {:.4f}", *result.squared_error, result.loss));
}

TEST(Evaluate, HasNoSquaredErrorWithClasses) {
  const Linear linear;
  const Evaluation result = evaluate(linear.network, linear.theta, clusters(30, 5, 0.8));
  EXPECT_FALSE(result.squared_error);
  EXPECT_EQ(to_string(result),
            fmt::format("accuracy {:.2f} %, loss {:.4f}", 100 * *result.accuracy, result.loss));
}

TEST(Evaluate, ANaNIsNoPrediction) {
  Linear linear;
  linear.theta[2] = std::numeric_limits<double>::quiet_NaN();
  const Dataset data = clusters(6);
  EXPECT_EQ(*evaluate(linear.network, linear.theta, data).accuracy, 0);
  for (const Index c : Evaluator<double>(linear.network).predict(linear.theta, data)) EXPECT_EQ(c, -1);
}

TEST(PredictedClass, IsTheFirstOfTheLargest) {
  EXPECT_EQ(predicted_class<float>(std::array{-1.f, 2.f, 2.f}), 1);
  EXPECT_EQ(predicted_class<float>(std::array{-1.f}), 0);
  EXPECT_EQ(predicted_class<float>(std::array{-INFINITY, INFINITY}), 1);
  EXPECT_EQ(predicted_class<double>(std::array{1.0, std::nan("")}), -1);
}

TEST(Evaluate, RefusesADatasetThatDoesNotFitAndAThetaOfAnotherSize) {
  const Linear linear;
  const Dataset wide = Dataset::from_labelled_values("wide", {1, 2, 3}, 3, {0}, 3);
  EXPECT_THROW(evaluate(linear.network, linear.theta, wide), Error);
  EXPECT_THROW(evaluate(linear.network, std::span(linear.theta).first(8), clusters(3)), Error);
  EXPECT_THROW(
      Evaluator<double>(mlp({2, 1}, {.loss = Loss::squared_error})).predict(Vector<double>(3), clusters(3)),
      Error);
}

TEST(BatchBuffer, GathersInputsAndTargetsOfAnyCases) {
  const Network network = mlp({2, 3});
  const Dataset data = clusters(500);
  BatchBuffer<float> buffer(network, 200);
  for (const Index cases : {200, 3, 150}) {
    std::vector<Index> which;
    for (Index i = 0; i < cases; ++i) which.push_back((i * 37) % 500);
    buffer.gather(data, which);
    Vector<float> inputs(static_cast<std::size_t>(2 * cases)), labels(static_cast<std::size_t>(cases));
    data.gather<float>(which, inputs);
    data.gather_labels<float>(which, labels);
    EXPECT_TRUE(std::ranges::equal(buffer.inputs(), inputs));
    EXPECT_TRUE(std::ranges::equal(buffer.targets(), labels));
  }
}

TEST(BatchBuffer, ReadsTheInputsAsTargetsWhereTheNetworkReconstructsThem) {
  const Network network = autoencoder({2, 1});
  const Dataset data = clusters(20);  // whose labels do not matter
  check_fits(network, data);
  BatchBuffer<float> buffer(network, 10);
  for (const Index cases : {10, 3}) {
    std::vector<Index> which(static_cast<std::size_t>(cases));
    std::iota(which.begin(), which.end(), cases);
    buffer.gather(data, which);
    Vector<float> inputs(static_cast<std::size_t>(2 * cases));
    data.gather<float>(which, inputs);
    EXPECT_TRUE(std::ranges::equal(buffer.inputs(), inputs));
    EXPECT_EQ(buffer.targets().data(), buffer.inputs().data());
    EXPECT_EQ(buffer.targets().size(), inputs.size());
  }
}

TEST(CheckFits, DataWithoutTargetsFitsOnlyWhatReconstructsIt) {
  const Dataset bare = Dataset::from_bytes("bare", {1, 2, 3, 4}, 1, 2);
  EXPECT_EQ(message_of([&] { check_fits(autoencoder({2, 1}), bare); }), "no error");
  EXPECT_THAT(message_of([&] {
                check_fits(autoencoder({3, 1}), bare);
              }),
              HasSubstr("bare has 2 numbers a case"));
  for (const Network& network : {mlp({2, 3}), mlp({2, 2}, {.loss = Loss::squared_error})})
    EXPECT_THAT(message_of([&] { check_fits(network, bare); }),
                HasSubstr("bare has neither labels nor targets"));
}

}  // namespace
}  // namespace gradus
