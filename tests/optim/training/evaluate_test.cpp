#include "optim/training/evaluate.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "optim/training/batch_buffer.h"
#include "tests/optim/clusters.h"

namespace gradus {
namespace {

using test::clusters;

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

}  // namespace
}  // namespace gradus
