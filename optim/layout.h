#pragma once
#include <string>
#include <vector>

#include "../base/vector.h"

namespace gradus {

/// What a flat vector θ is made of: matrices and vectors, one after the other. Most methods need its size alone; some
/// treat matrices as such.
struct Layout {
  struct Block {
    std::string name;
    Index offset;         ///< where in θ it begins
    Index rows, columns;  ///< row by row; a vector has one column
    Index size() const { return rows * columns; }
  };

  /// One vector of n elements.
  Layout(Index n) : blocks{{"θ", 0, n, 1}} {}  // NOLINT: a size is a layout
  /// Blocks that follow one another, the first from element 0 on.
  explicit Layout(std::vector<Block> b) : blocks(std::move(b)) {}

  Index size() const { return blocks.empty() ? 0 : blocks.back().offset + blocks.back().size(); }

  std::vector<Block> blocks;
};

}  // namespace gradus
