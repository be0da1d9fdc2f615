#include "nn/autoencoder.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "nn/check_gradients.h"
#include "nn/run/plan.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"

namespace gradus::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Numbers in 0 … 1.
Vector<double> images(Index numbers) {
  Vector<double> x = normal_vector(numbers, "images");
  for (double& value : x) value = sigmoid(value);
  return x;
}

TEST(Autoencoder, HasADecoderThatMirrorsItsEncoder) {
  const Network network = autoencoder({784, 400, 200, 100, 50, 25, 6});
  EXPECT_THAT(network.layers(), ElementsAre(784, 400, 200, 100, 50, 25, 6, 25, 50, 100, 200, 400, 784));
  EXPECT_EQ(network.parameters().size(), 842'340);  // Σ (inputs + 1) outputs
  EXPECT_TRUE(network.reconstructs());
  EXPECT_EQ(network.output().shape(), (Shape{batch, 784}));
  EXPECT_EQ(network.classes(), 0);
  EXPECT_FALSE(network.penalty());
  EXPECT_THAT(autoencoder({784, 1000, 500, 250, 30}).layers(),
              ElementsAre(784, 1000, 500, 250, 30, 250, 500, 1000, 784));
  EXPECT_THAT(autoencoder({8, 3}).layers(), ElementsAre(8, 3, 8));
}

// By hand: the layers, the loss of logistic outputs, and the squared error.
TEST(Autoencoder, IsLogisticEverywhereButInItsCode) {
  const Network network = autoencoder({5, 4, 2});
  const Parameters& parameters = network.parameters();
  const Vector<double> theta = normal_vector(parameters.size(), "theta"), x = images(5);
  Vector<double> h = x;
  for (std::size_t layer = 0; layer < 4; ++layer) {
    const auto w = parameters.view(2 * layer, std::span(theta)),
               b = parameters.view(2 * layer + 1, std::span(theta));
    Vector<double> next(b.begin(), b.end());
    for (std::size_t i = 0; i < next.size(); ++i) {
      for (std::size_t j = 0; j < h.size(); ++j) next[i] += w[i * h.size() + j] * h[j];
      if (layer == 0 || layer == 2) next[i] = sigmoid(next[i]);
    }
    h = next;
  }
  double loss = 0, squares = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    loss -= x[i] * std::log(sigmoid(h[i])) + (1 - x[i]) * std::log(1 - sigmoid(h[i]));
    squares += (sigmoid(h[i]) - x[i]) * (sigmoid(h[i]) - x[i]);
  }

  Plan<double> plan(std::array{network.output(), network.training_loss(), network.case_squared_error()}, 1);
  plan.bind(network.input(), x);
  parameters.bind(plan, theta);
  plan.run();
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(plan.output(0)[i], h[i], 1e-14);
  EXPECT_NEAR(plan.output(1)[0], loss, 1e-13);
  EXPECT_NEAR(plan.output(2)[0], squares, 1e-14);
}

TEST(Autoencoder, BeginsWithFifteenConnectionsAUnit) {
  const Network network = autoencoder({100, 40, 3});
  const Vector<float> theta = network.parameters().initialize<float>(1);
  const auto blocks = network.parameters().blocks();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto values = network.parameters().view(i, std::span(theta));
    const auto inputs = static_cast<std::size_t>(blocks[i].shape.rank() == 2 ? blocks[i].shape[1] : 1);
    for (std::size_t unit = 0; unit < values.size() / inputs; ++unit) {
      const auto row = values.subspan(unit * inputs, inputs);
      const auto connections = std::ranges::count_if(row, [](float w) { return w != 0; });
      EXPECT_LE(connections, blocks[i].shape.rank() == 2 ? 15 : 0) << blocks[i].name;
      if (inputs == 100) {
        EXPECT_GE(connections, 8);  // drawn with replacement: fewer are as likely as 1 to 100,000
      }
    }
  }
}

TEST(Autoencoder, DecaysBiasesTooUnlessToldOtherwise) {
  const auto penalty = [](const AutoencoderOptions& options) {
    const Network network = autoencoder({4, 3, 2}, options);
    const Vector<double> ones(static_cast<std::size_t>(network.parameters().size()), 1);
    Plan<double> plan(std::array{network.penalty()}, 1);
    network.parameters().bind(plan, ones);
    plan.run();
    return plan.output(0)[0];
  };
  constexpr double weights = 4 * 3 + 3 * 2 + 2 * 3 + 3 * 4, biases = 3 + 2 + 3 + 4;
  EXPECT_DOUBLE_EQ(penalty({.l2 = 0.02}), 0.01 * (weights + biases));
  EXPECT_DOUBLE_EQ(penalty({.l2 = 0.02, .l2_biases = false}), 0.01 * weights);
}

TEST(Autoencoder, DerivativesAgreeWithDifferences) {
  for (const double input_dropout : {0.0, 0.3}) {
    Network network = autoencoder({12, 8, 5, 2}, {.l2 = 2e-2, .input_dropout = input_dropout});
    const Vector<double> theta = normal_vector(network.parameters().size(), "theta"), x = images(12 * 7);
    const GradientCheck check = check_gradients(network, theta, x, x);
    EXPECT_TRUE(check.passed()) << check.to_string();
    for (const auto& row : check.gradient) EXPECT_LT(row.relative_error, 1e-7) << check.to_string();
  }
}

TEST(Autoencoder, PassesItsOptionsOn) {
  const NetworkOptions options = autoencoder({4, 2}, {.activation = Activation::tanh,
                                                      .weights = init::glorot_uniform,
                                                      .loss = Loss::squared_error,
                                                      .l2 = 0.5,
                                                      .dropout = 0.25,
                                                      .input_dropout = 0.125})
                                     .options();
  EXPECT_EQ(options.activation, Activation::tanh);
  EXPECT_TRUE(std::holds_alternative<init::Glorot>(*options.weights));
  EXPECT_EQ(options.loss, Loss::squared_error);
  EXPECT_EQ(options.l2, 0.5);
  EXPECT_EQ(options.dropout, 0.25);
  EXPECT_EQ(options.input_dropout, 0.125);
  EXPECT_EQ(options.linear_layer, 1);
}

TEST(Autoencoder, RefusesWhatIsNone) {
  EXPECT_THAT(message_of([] { autoencoder({}); }), HasSubstr("it has 0"));
  EXPECT_THAT(message_of([] { autoencoder({784}); }),
              AllOf(HasSubstr("[autoencoder]"), HasSubstr("it has 1")));
  EXPECT_THAT(message_of([] { autoencoder({784, 0}); }), HasSubstr("784,0,784"));
  EXPECT_THAT(message_of([] { autoencoder({784, 3}, {.l2 = -1}); }), HasSubstr("[l2]"));
}

}  // namespace
}  // namespace gradus::test
