#pragma once
#include <string_view>

#include "graph/graph.h"

namespace gradus {

/// The functions between a network's layers, as defined in graph/ops.h: leaky_relu with α = 0.01, elu with α
/// = 1.
enum class Activation { identity, relu, leaky_relu, elu, gelu, silu, sigmoid, tanh, softplus };

Tensor apply(Activation activation, Tensor x);

/// "identity", "relu", "leaky-relu", …
std::string_view name(Activation activation);
/// Throws Error for another name, suggesting the nearest one.
Activation activation_from_name(std::string_view name);

}  // namespace gradus
