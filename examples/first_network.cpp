// Trains a network with one hidden layer on synthetic digits, images that gradus draws itself.
#include <gradus/gradus.h>

#include <cstdio>

using namespace gradus;

int main() {
  const Digits digits = synthetic_digits();

  Network network = mlp({784, 100, 10}, {.activation = Activation::relu});
  Vector<float> theta = network.parameters().initialize<float>(/*seed=*/1);
  Sgd sgd({.learning_rate = 0.1});

  train(network, theta, sgd, digits.train, {.epochs = 5, .batch_size = 64, .progress = Progress::on});

  const Evaluation test = evaluate(network, theta, digits.test);
  std::printf("%s: test accuracy %.2f %%\n", digits.test.name().c_str(), 100 * *test.accuracy);
}
