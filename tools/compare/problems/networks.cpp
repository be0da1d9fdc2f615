// Fully connected networks on MNIST and on the synthetic digits, by the names mnist-… and digits-….
#include <functional>
#include <string>

#include "data/digits.h"
#include "data/mnist.h"
#include "nn/autoencoder.h"
#include "tools/compare/network_problem.h"

namespace gradus::compare {
namespace {

NetworkSpec classifier(std::string description, std::vector<Index> sizes, const NetworkOptions& options,
                       double target) {
  return {.description = std::move(description),
          .network = [sizes, options] { return mlp(sizes, options); },
          .target = target};
}

NetworkSpec spec_of(const std::string& problem) {
  if (problem == "logreg")
    return classifier("Logistic regression from 784 pixels to 10 classes, from zero", {784, 10},
                      {.weights = init::Constant{0}}, 0.28);
  if (problem == "mlp")
    return classifier(
        "784-1000-500-100-10, ReLU, weights from a normal distribution cut at two standard deviations of "
        "0.03 "
        "(DeepOBS)",
        {784, 1000, 500, 100, 10}, {.weights = init::TruncatedNormal{0.03}}, 0.1);
  if (problem == "mlp-2x1000")
    return classifier("784-1000-1000-10, ReLU (Kingma & Ba 2015)", {784, 1000, 1000, 10}, {}, 0.1);
  if (problem == "mlp-2x1000-dropout")
    return classifier("784-1000-1000-10, ReLU, with dropout of half of the hidden units (Kingma & Ba 2015)",
                      {784, 1000, 1000, 10}, {.dropout = 0.5}, 0.1);
  if (problem == "mlp-100")
    return classifier("784-100-10, ReLU (Reddi, Kale & Kumar 2018)", {784, 100, 10}, {}, 0.12);
  return {.description =
              "Autoencoder 784-1000-500-250-30 and mirrored, sigmoid units and a linear code, sparse "
              "random weights (Hinton & Salakhutdinov 2006, Martens 2010)",
          .network =
              [] {
                return autoencoder({784, 1000, 500, 250, 30}, {.l2 = 1e-5});
              },
          .target = {},
          .criterion = "training_loss"};
}

const std::vector<RegisteredProblem> all = [] {
  std::vector<RegisteredProblem> problems;
  for (const std::string problem :
       {"logreg", "mlp", "mlp-2x1000", "mlp-2x1000-dropout", "mlp-100", "autoencoder"}) {
    problems.emplace_back("mnist-" + problem, [problem](const std::string& name) {
      return std::make_unique<NetworkProblem>(name, spec_of(problem), parts_of(load_mnist()));
    });
    problems.emplace_back("digits-" + problem, [problem](const std::string& name) {
      return std::make_unique<NetworkProblem>(name, spec_of(problem), parts_of(synthetic_digits()));
    });
  }
  return problems;
}();

}  // namespace
}  // namespace gradus::compare
