#include "nn/activation.h"

#include <array>

#include "base/nearest.h"
#include "nn/graph/ops.h"

namespace gradus {
namespace {
constexpr std::array<std::string_view, 9> names{"identity", "relu",    "leaky-relu", "elu",     "gelu",
                                                "silu",     "sigmoid", "tanh",       "softplus"};
}  // namespace

Tensor apply(Activation activation, Tensor x) {
  switch (activation) {
    case Activation::identity:
      return x;
    case Activation::relu:
      return relu(x);
    case Activation::leaky_relu:
      return leaky_relu(x);
    case Activation::elu:
      return elu(x);
    case Activation::gelu:
      return gelu(x);
    case Activation::silu:
      return silu(x);
    case Activation::sigmoid:
      return sigmoid(x);
    case Activation::tanh:
      return tanh(x);
    case Activation::softplus:
      return softplus(x);
  }
  __builtin_unreachable();
}

std::string_view name(Activation activation) { return names[static_cast<std::size_t>(activation)]; }

Activation activation_from_name(std::string_view name) {
  return static_cast<Activation>(find_name("activation", name, names));
}

}  // namespace gradus
