// Trains a multilayer perceptron, 784-512-512-10, on MNIST by mini-batch gradient descent: 98.3 % after 12
// epochs.
//
//   mnist [FOLDER]      MNIST's folder; if not given, where `gradus download mnist` puts it
#include <gradus/gradus.h>

#include <cstdio>

using namespace gradus;

int main(int argc, char** argv) try {
  const Mnist mnist = argc > 1 ? load_mnist(argv[1]) : load_mnist();
  const auto [training, validation] = mnist.train.split(5000, /*seed=*/1);

  Network network = mlp({784, 512, 512, 10}, {.activation = Activation::relu});
  Vector<float> theta = network.parameters().initialize<float>(/*seed=*/1);
  Sgd sgd({.learning_rate = 0.2});

  TrainOptions options{.epochs = 12, .batch_size = 64, .seed = 1, .validation = validation};
  options.on_epoch = [](TrainEpoch& epoch) { std::puts(to_string(epoch.record).c_str()); };
  options.progress = Progress::bar;
  const History history = train(network, theta, sgd, training, options);
  std::puts(history.reason.c_str());

  const Evaluation test = evaluate(network, theta, mnist.test);
  std::printf("%s: test accuracy %.2f %%\n", mnist.test.name().c_str(), 100 * *test.accuracy);
  save_network<float>("mnist.safetensors", network, theta);
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
