#pragma once
#include <concepts>
#include <span>

#include "graph.h"

/// The derivative rules, one pair for each operation; they build nodes with the public operations, so that
/// every derivative can be derived again. Each family's rules stand in its file. An empty tensor is a zero.
namespace gradus::rules {

using Tensors = std::span<const Tensor>;

// push_forward: the tangent of y = op(x…), given the inputs' tangents dx, not all empty.
// pull_back: what the cotangent g of y = op(x…) adds to the cotangent of input i.
#define GRADUS_RULES(Operation)                                                  \
  Tensor push_forward(const op::Operation& op, Tensor y, Tensors x, Tensors dx); \
  Tensor pull_back(const op::Operation& op, Tensor y, Tensors x, Tensor g, std::size_t i);

GRADUS_RULES(Unary)
GRADUS_RULES(Binary)
GRADUS_RULES(Select)
GRADUS_RULES(Broadcast)
GRADUS_RULES(Sum)
GRADUS_RULES(Reshape)
GRADUS_RULES(Transpose)
GRADUS_RULES(Slice)
GRADUS_RULES(Pad)
GRADUS_RULES(Concatenate)
GRADUS_RULES(Gather)
GRADUS_RULES(Matmul)
GRADUS_RULES(Max)
GRADUS_RULES(LogSumExp)
#undef GRADUS_RULES

// Constant for their inputs, or without any.
template <class Operation>
concept WithoutDerivative = std::same_as<Operation, op::Input> || std::same_as<Operation, op::Constant> ||
    std::same_as<Operation, op::BatchSize> || std::same_as<Operation, op::DropoutMask> ||
    std::same_as<Operation, op::OneHot> || std::same_as<Operation, op::StopGradient>;

Tensor push_forward(const WithoutDerivative auto&, Tensor, Tensors, Tensors) { return {}; }
Tensor pull_back(const WithoutDerivative auto&, Tensor, Tensors, Tensor, std::size_t) { return {}; }

}  // namespace gradus::rules
