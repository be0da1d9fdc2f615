#include "nn/mlp.h"

#include <fmt/format.h>

#include "base/error.h"
#include "nn/graph/ops.h"

namespace gradus {
namespace {

Initializer default_weights(Activation activation) {
  switch (activation) {
    case Activation::identity:
    case Activation::sigmoid:
    case Activation::tanh:
    case Activation::softplus:
      return init::glorot_uniform;
    case Activation::relu:
    case Activation::leaky_relu:
    case Activation::elu:
    case Activation::gelu:
    case Activation::silu:
      return init::he_normal;
  }
  __builtin_unreachable();
}

void check_rate(double rate, const char* what) {
  if (!(rate >= 0 && rate < 1))
    throw Error(fmt::format("[mlp] the rate of {} must be at least 0 and less than 1, not {}.", what, rate));
}

}  // namespace

Mlp::Mlp(Parameters& parameters, std::span<const Index> sizes, const MlpOptions& options)
    : options_(options) {
  if (sizes.size() < 2)
    throw Error(fmt::format(
        "[mlp] a network needs at least the sizes of its input and its output, as in 784,10; it has "
        "{} of them.",
        sizes.size()));
  for (const Index size : sizes)
    if (size < 1)
      throw Error(fmt::format("[mlp] every layer must have at least 1 unit; the sizes are {}.",
                              fmt::join(sizes, ",")));
  if (const auto linear = options.linear_layer; linear && (*linear < 1 || *linear > std::ssize(sizes) - 2))
    throw Error(fmt::format("[mlp] the linear layer must be a hidden one; {} of the sizes {} is not.",
                            *linear, fmt::join(sizes, ",")));
  check_rate(options.dropout, "dropout");
  check_rate(options.input_dropout, "input dropout");
  const Initializer weights = options.weights.value_or(default_weights(options.activation));
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i)
    layers_.emplace_back(parameters, std::to_string(2 * i), sizes[i], sizes[i + 1], weights);
}

Tensor Mlp::run(Tensor x, bool training) const {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (i > 0 && static_cast<Index>(i) != options_.linear_layer) x = apply(options_.activation, x);
    const double rate = i == 0 ? options_.input_dropout : options_.dropout;
    if (training && rate > 0) x = x * dropout_mask(x.graph(), x.shape(), rate, fmt::format("dropout {}", i));
    x = layers_[i](x);
  }
  return x;
}

}  // namespace gradus
