#pragma once
#include <span>
#include <string>

#include "graph.h"

namespace gradus {

/// What the outputs are computed from, one node a line in the order of computation, for a person to read:
///
///     #4  matmul        (batch, 512)   x, 0.weightᵀ
///     #6  relu          (batch, 512)   #5
std::string print(std::span<const Tensor> outputs);

}  // namespace gradus
