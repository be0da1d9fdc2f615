#include "nn/network_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "nn/autoencoder.h"
#include "nn/graph/ops.h"
#include "nn/run/plan.h"
#include "nn/weights_file.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"
#include "tests/support/temporary_folder.h"

namespace gradus::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class NetworkFile : public WithFolder {
 protected:
  void expect_the_same_when_loaded(const Network& network);
};

TEST_F(NetworkFile, GivesBackTheNetwork) {
  for (const Activation activation : {Activation::relu, Activation::leaky_relu, Activation::tanh})
    for (const Loss loss :
         {Loss::softmax_cross_entropy, Loss::sigmoid_cross_entropy, Loss::squared_error, Loss::huber}) {
      const Network network =
          mlp({5, 7, 4, 3}, {.activation = activation, .loss = loss, .l2 = 1e-5 / 3, .dropout = 0.1});
      const Vector<float> theta = network.parameters().initialize<float>(1);
      save_network<float>(path(), network, theta);
      const auto [loaded, parameters] = load_network<float>(path());
      EXPECT_EQ(parameters, theta);
      EXPECT_THAT(loaded.layers(), testing::ElementsAre(5, 7, 4, 3));
      EXPECT_EQ(loaded.options().activation, activation);
      EXPECT_EQ(loaded.options().loss, loss);
      EXPECT_EQ(loaded.options().l2, 1e-5 / 3);
      EXPECT_EQ(loaded.options().dropout, 0.1);
      EXPECT_EQ(loaded.options().input_dropout, 0);
    }
}

TEST_F(NetworkFile, GivesBackAnAutoencoder) {
  const Network network = autoencoder({6, 4, 2}, {.l2 = 2e-5});
  const Vector<float> theta = network.parameters().initialize<float>(1);
  save_network<float>(path(), network, theta);
  const auto [loaded, parameters] = load_network<float>(path());
  EXPECT_EQ(parameters, theta);
  EXPECT_THAT(loaded.layers(), testing::ElementsAre(6, 4, 2, 4, 6));
  EXPECT_TRUE(loaded.reconstructs());
  EXPECT_EQ(loaded.options().linear_layer, 2);
  EXPECT_TRUE(loaded.options().l2_biases);
  EXPECT_EQ(loaded.options().l2, 2e-5);
  EXPECT_EQ(loaded.options().activation, Activation::sigmoid);
  EXPECT_EQ(loaded.options().loss, Loss::sigmoid_cross_entropy);
}

// Both compute the same, to the last bit.
void NetworkFile::expect_the_same_when_loaded(const Network& network) {
  const Vector<double> theta = network.parameters().initialize<double>(1), x = normal_vector(10, "x");
  save_network<double>(path(), network, theta);
  const auto saved = load_network<double>(path());
  std::vector<Vector<double>> outputs;
  for (const Network* n : {&network, &saved.network}) {
    Plan<double> plan(std::array{n->output()}, 2);
    plan.bind(n->input(), x);
    n->parameters().bind(plan, n == &network ? theta : saved.theta);
    plan.run();
    outputs.emplace_back(plan.output(0).begin(), plan.output(0).end());
  }
  EXPECT_EQ(outputs[0], outputs[1]);
}

TEST_F(NetworkFile, TheNetworkComputesAsBefore) {
  expect_the_same_when_loaded(mlp({5, 7, 3}, {.activation = Activation::gelu}));
  expect_the_same_when_loaded(autoencoder({5, 7, 2}));
}

TEST_F(NetworkFile, SaysWhatIsWrongWithADescription) {
  const Network network = mlp({3, 4, 2});
  const Vector<float> theta = network.parameters().initialize<float>(1);
  const Metadata good{{"layers", "3,4,2"}, {"activation", "relu"}, {"loss", "softmax-cross-entropy"},
                      {"l2", "0"},         {"dropout", "0"},       {"input-dropout", "0"}};
  const auto refused = [&](const char* key, const char* value) {
    Metadata changed = good;
    changed.erase(key);
    if (value) changed[key] = value;
    save_parameters<float>(path(), network.parameters(), theta, changed);
    const std::string message = message_of([&] { load_network<float>(path()); });
    EXPECT_THAT(message, testing::AnyOf("no error", HasSubstr(path().string())));
    return message;
  };
  EXPECT_EQ(refused("unknown", "1"), "no error");
  EXPECT_THAT(refused("l2-biases", "yes"), HasSubstr("its \"l2-biases\" is \"yes\""));
  EXPECT_THAT(refused("reconstruct", "true"), HasSubstr("cannot be: [mlp]"));
  EXPECT_THAT(refused("linear-layer", "code"), HasSubstr("\"code\" in its \"linear-layer\" is not a number"));
  EXPECT_THAT(refused("linear-layer", "2"), HasSubstr("cannot be: [mlp]"));
  for (const auto& [key, value] : good)
    EXPECT_THAT(refused(key.c_str(), nullptr),
                AllOf(HasSubstr("does not say which network it is"), HasSubstr('"' + key + '"')));
  for (const char* layers : {"", "3,4,x", "3,,2", "3,4,2,", "3,4,2 ", "3,4,99999999999999999999"})
    EXPECT_THAT(refused("layers", layers), HasSubstr("is not a number")) << layers;
  EXPECT_THAT(refused("layers", "3"), HasSubstr("cannot be: [mlp]"));
  EXPECT_THAT(refused("layers", "3,-4,2"), HasSubstr("cannot be: [mlp]"));
  EXPECT_THAT(refused("layers", "3,5,2"), HasSubstr("0.weight has shape (5, 3)"));
  EXPECT_THAT(refused("layers", "3,9000000000000000000,2"), HasSubstr("cannot be"));
  EXPECT_THAT(refused("activation", "rel"), HasSubstr("Did you mean \"relu\"?"));
  EXPECT_THAT(refused("loss", "hubert"), HasSubstr("Did you mean \"huber\"?"));
  EXPECT_THAT(refused("l2", "-1"), HasSubstr("cannot be: [l2]"));
  EXPECT_THAT(refused("l2", "nan"), HasSubstr("cannot be: [l2]"));
  EXPECT_THAT(refused("dropout", "1"), HasSubstr("cannot be: [mlp]"));
  EXPECT_THAT(refused("dropout", "none"), HasSubstr("\"none\" in its \"dropout\" is not a number"));
}

TEST_F(NetworkFile, ANetworkOfOnesOwnCannotBeDescribed) {
  auto graph = std::make_unique<Graph>();
  Parameters parameters(*graph);
  const Tensor w = parameters.add("w", {1});
  Network::Tensors t;
  t.input = t.target = graph->input("x", {batch, 1});
  t.output = t.input * w;
  t.case_loss = squared_error(t.output, t.target);
  const Network network(std::move(graph), parameters, t);
  EXPECT_THAT(message_of([&] { save_network<float>(path(), network, Vector<float>(1)); }),
              HasSubstr("Use save_parameters"));
  EXPECT_THAT(names(), testing::IsEmpty());
}

}  // namespace
}  // namespace gradus::test
