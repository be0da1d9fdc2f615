#pragma once
#include <span>
#include <vector>

#include "graph.h"

namespace gradus {

/// The outputs as functions of `inputs`, at several lists of arguments: for each list, of tensors in the inputs' places and
/// of their shapes, the outputs. What does not depend on the inputs is computed once; and where one factor of a matrix
/// product does not, the others stand side by side in one product, which is faster where they are narrow:
///
///     x [v₁ v₂ …] = [x v₁  x v₂  …]
///
/// except where they would stand side by side along the batch, whose size the graph does not know. Throws Error where
/// arguments do not fit.
std::vector<std::vector<Tensor>> vmap(std::span<const Tensor> outputs, std::span<const Tensor> inputs,
                                      std::span<const std::vector<Tensor>> arguments);

}  // namespace gradus
