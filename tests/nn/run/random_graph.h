#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/support/evaluate.h"

namespace gradus::test {

/// A graph of all kinds of operations, the same for the same seed, with numbers for its inputs.
struct RandomGraph {
  std::unique_ptr<Graph> graph;
  std::vector<Tensor> outputs;  ///< also inputs, constants, views, and some of them twice
  std::vector<Tensor> varying;  ///< some of the inputs, or none
  Bindings bindings;
  Index cases;

  explicit RandomGraph(std::uint64_t seed);
};

}  // namespace gradus::test
