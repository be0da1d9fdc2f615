#include "tools/bench/problem.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"

namespace gradus::bench {

std::vector<Index> layers(std::string_view name) {
  if (name == "N1") return {784, 100, 10};
  if (name == "N2") return {784, 512, 512, 10};
  if (name == "N3") return {784, 1000, 1000, 10};
  if (name == "N4") return {784, 1000, 500, 250, 30, 250, 500, 1000, 784};
  throw Error(fmt::format("[bench] there is no network {}; there are N1, N2, N3 and N4.", name));
}

bool is_autoencoder(std::string_view name) { return name == "N4"; }

Network network(std::string_view name) {
  if (is_autoencoder(name))
    return mlp(layers(name), {.activation = Activation::sigmoid, .loss = Loss::sigmoid_cross_entropy});
  return mlp(layers(name));
}

Problem::Problem(std::string_view name, Index batch)
    : network(bench::network(name)),
      theta(network.parameters().initialize<float>(1)),
      inputs(static_cast<std::size_t>(batch * layers(name).front())) {
  Random pixels(1, "pixels");
  for (float& x : inputs) x = static_cast<float>(std::max(0.0, 5 * pixels.uniform() - 4));
  if (is_autoencoder(name)) {
    targets = inputs;
  } else {
    targets.resize(static_cast<std::size_t>(batch));
    for (std::size_t i = 0; i < targets.size(); ++i) targets[i] = static_cast<float>(i % 10);
  }
  objective.set_batch(inputs, targets);
}

}  // namespace gradus::bench
