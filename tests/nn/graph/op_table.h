#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "nn/graph/graph.h"
#include "tests/nn/graph/array.h"

/// The table of all operations: what derivatives, precision and values of each are checked against.
namespace gradus::test {

using Tensors = std::vector<Tensor>;
using Arrays = std::vector<Array>;
/// n numbers for an operand, at which the operation is smooth.
using Sampler = std::function<std::vector<double>(Random&, std::size_t n)>;

/// One operand. A discrete one is not smooth anywhere: its derivative is zero, and differences do not see that.
struct Operand {
  Shape shape;
  Sampler sample;
  bool discrete = false;
};

/// An operation with operands of certain shapes.
struct Instance {
  std::vector<Operand> operands;
  Index cases;
  std::function<Tensor(Graph&, const Tensors&)> build;
  std::function<Array(const Arrays&)> reference;
};

struct Row {
  std::string name;
  /// Other shapes with each call.
  std::function<Instance(Random&)> draw;
};

std::vector<Row> unary_rows();      // op_table_elementwise.cpp
std::vector<Row> binary_rows();     // of two or three operands
std::vector<Row> reduction_rows();  // op_table_reductions.cpp
std::vector<Row> movement_rows();   // op_table_movement.cpp
std::vector<Row> other_rows();      // op_table_others.cpp
const std::vector<Row>& op_table();

// ---- For the rows ----------------------------------------------------------------------------------------------

/// Shapes that go together: ranks 0 to 4, axes dropped or of size 1, the first axis sometimes `batch`.
struct Shapes {
  std::vector<Shape> operands;
  Index cases;
};
Shapes draw_shapes(Random& random, std::size_t operands, int least_rank = 0);
/// The sizes once the batch is a number.
std::vector<Index> sizes(const Shape& shape, Index cases);
Index whole(Random& random, Index first, Index last);

Sampler uniform(double low, double high);
/// Either sign, at least `gap` from 0.
Sampler around_zero(double gap, double high);
/// Multiples of 0.1 plus `offset`, no two equal.
Sampler distinct(double offset = 0);
/// Whole numbers 0 … n − 1.
Sampler choices(Index n);

}  // namespace gradus::test
