#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "../base/vector.h"
#include "graph/graph.h"
#include "init.h"
#include "run/plan.h"

namespace gradus {

/// The parameters of a network: named blocks of one flat vector θ, in the order in which they were added. In
/// the graph each block is an input of its name and shape. Methods see θ as a whole; wherever a vector is
/// given here it has size() numbers, else Error.
class Parameters {
 public:
  struct Block {
    std::string name;
    Shape shape;
    Index offset;  ///< where in θ it begins
    Index size;    ///< its number of elements, row-major
    Initializer initializer;
  };

  explicit Parameters(Graph& graph) : graph_(&graph) {}

  /// Throws Error for a name that is empty or taken, a shape with `batch`, an initializer that does not suit
  /// the shape, and where θ would exceed 2^63 − 1 numbers.
  Tensor add(std::string name, Shape shape, Initializer initializer = init::Constant{0});

  std::span<const Block> blocks() const { return blocks_; }
  /// In the order of the blocks: the `wrt` of derivatives.
  std::span<const Tensor> tensors() const { return tensors_; }
  Index size() const { return size_; }
  /// Inputs "<prefix>.<name>", one for each block and of its shape: directions for products with θ's
  /// derivatives. For the same prefix always the same ones.
  std::vector<Tensor> like(const std::string& prefix);

  /// θ drawn from the blocks' initializers. A block depends on the seed and its own name alone, not on other
  /// blocks.
  template <class Scalar>
  Vector<Scalar> initialize(std::uint64_t seed) const;

  /// A block's part of a vector.
  template <class Scalar>
  std::span<Scalar> view(std::size_t block, std::span<Scalar> vector) const {
    check(vector.size());
    const Block& b = blocks_.at(block);
    return vector.subspan(static_cast<std::size_t>(b.offset), static_cast<std::size_t>(b.size));
  }

  /// Binds every block to its part of θ.
  template <class Scalar>
  void bind(Plan<Scalar>& plan, std::type_identity_t<std::span<const Scalar>> theta) const {
    bind(plan, tensors_, theta);
  }
  /// Binds inputs that were made by like().
  template <class Scalar>
  void bind(Plan<Scalar>& plan, std::span<const Tensor> inputs,
            std::type_identity_t<std::span<const Scalar>> vector) const;
  /// Lets the plan write its outputs first, first + 1, …, one for each block (a gradient, a product), into a
  /// vector.
  template <class Scalar>
  void bind_outputs(Plan<Scalar>& plan, std::size_t first,
                    std::type_identity_t<std::span<Scalar>> vector) const;

 private:
  void check(std::size_t numbers) const;

  Graph* graph_;
  std::vector<Block> blocks_;
  std::vector<Tensor> tensors_;
  std::map<std::string, std::vector<Tensor>> like_;
  Index size_ = 0;
};

}  // namespace gradus
