#include "data/curves.h"

#include "nn/autoencoder.h"
#include "tools/compare/network_problem.h"

namespace gradus::compare {
namespace {

const RegisteredProblem curves("curves-autoencoder", [](const std::string& name) {
  return std::make_unique<NetworkProblem>(
      name,
      NetworkSpec{.description =
                      "Autoencoder 784-400-200-100-50-25-6 and mirrored on synthetic curves, sigmoid "
                      "units and a linear code, sparse random weights (Hinton & Salakhutdinov 2006, "
                      "Martens 2010)",
                  .network =
                      [] {
                        return autoencoder({784, 400, 200, 100, 50, 25, 6}, {.l2 = 2e-5});
                      },
                  .target = {},
                  .criterion = "training_loss"},
      parts_of(synthetic_curves()));
});

}  // namespace
}  // namespace gradus::compare
