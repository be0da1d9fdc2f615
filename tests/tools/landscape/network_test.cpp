#include "tools/landscape/network.h"

#include <gtest/gtest.h>

#include "optim/training/evaluate.h"
#include "optim/vector_math.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace gradus::landscape {
namespace {

class NetworkLandscapes : public testing::Test {
 protected:
  std::string save(const char* file, std::vector<Index> layers, std::uint64_t seed) const {
    const Network network = mlp(std::move(layers), {.activation = Activation::tanh});
    const Vector<float> theta = network.parameters().initialize<float>(seed);
    save_network<float>(folder.path() / file, network, theta);
    return (folder.path() / file).string();
  }
  static Dataset data(const char* name) {
    return Dataset::from_bytes(name, {0, 50, 100, 150, 200, 250, 30, 60, 90, 120, 7, 9}, 1, 3, {0, 1, 1, 0},
                               2);
  }

  const test::TemporaryFolder folder;
  const Dataset training = data("training"), test = data("test");
};

TEST_F(NetworkLandscapes, DirectionsHaveTheLengthsOfTheFilters) {
  const auto [network, theta] = load_network<float>(save("a", {3, 4, 2}, 1));
  const Vector<float> delta = filter_direction(network, theta, 5, 0);
  for (std::size_t b = 0; b < network.parameters().blocks().size(); ++b) {
    const auto& block = network.parameters().blocks()[b];
    const auto d = network.parameters().view<const float>(b, delta),
               t = network.parameters().view<const float>(b, theta);
    if (block.shape.rank() < 2) {
      EXPECT_EQ(norm(d), 0) << block.name;
      continue;
    }
    const auto width = static_cast<std::size_t>(block.shape[1]);
    for (std::size_t row = 0; row < d.size(); row += width)
      EXPECT_NEAR(norm(d.subspan(row, width)) / norm(t.subspan(row, width)), 1, 1e-6) << block.name;
  }
  EXPECT_EQ(delta, filter_direction(network, theta, 5, 0));
  EXPECT_NE(delta, filter_direction(network, theta, 5, 1));
  EXPECT_NE(delta, filter_direction(network, theta, 6, 0));
}

TEST_F(NetworkLandscapes, TheLineGoesThroughBothNetworks) {
  const std::string a = save("a", {3, 4, 2}, 1), b = save("b", {3, 4, 2}, 2);
  const auto found = network_landscape({.network = a, .another = b, .points = 7}, training, test);
  ASSERT_EQ(found.alpha.size(), 7u);
  EXPECT_NEAR(found.alpha[1], 0, 1e-15);
  EXPECT_NEAR(found.alpha[5], 1, 1e-15);
  for (const auto& [file, at] : {std::pair{a, 1}, std::pair{b, 5}}) {
    const auto [network, theta] = load_network<float>(file);
    const double loss = evaluate(network, std::span<const float>(theta), training).loss;
    EXPECT_NEAR(found.training[static_cast<std::size_t>(at)], loss, 1e-6);
  }
}

TEST_F(NetworkLandscapes, ThePlaneHasTheNetworkInItsMiddle) {
  const std::string a = save("a", {3, 4, 2}, 1);
  const auto found = network_landscape({.network = a, .points = 5, .reach = 0.5}, training, test);
  const auto [network, theta] = load_network<float>(a);
  const double loss = evaluate(network, std::span<const float>(theta), training).loss;
  EXPECT_NEAR(found.plane.values[found.plane.values.size() / 2], loss, 1e-6);
  EXPECT_NEAR(found.training[2], loss, 1e-6);
}

TEST_F(NetworkLandscapes, RefusesWhatDoesNotFit) {
  const std::string a = save("a", {3, 4, 2}, 1), b = save("b", {3, 5, 2}, 2);
  EXPECT_ERROR(network_landscape({.network = a, .another = b}, training, test), "3-4-2 (tanh), that in");
  EXPECT_ERROR(network_landscape({.network = a, .another = b}, training, test), "3-5-2 (tanh)");
  EXPECT_ERROR(network_landscape({.network = save("c", {4, 2}, 1)}, training, test), "3 numbers a case");
  EXPECT_ERROR(network_landscape({.network = a, .points = 3}, training, test), "from 4 to 200, not 3");
  EXPECT_ERROR(network_landscape({.network = a, .cases = 0}, training, test), "at least 1, not 0");
  EXPECT_ERROR(network_landscape({.network = a, .reach = -1}, training, test), "positive and finite, not -1");
  EXPECT_ERROR(network_landscape({.network = (folder.path() / "none").string()}, training, test), "none");
}

}  // namespace
}  // namespace gradus::landscape
