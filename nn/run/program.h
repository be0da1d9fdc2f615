#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "nn/graph/graph.h"
#include "nn/run/plan.h"

/// What a plan runs: values, and steps that compute them. Made by lower() from a graph, then given memory by
/// assign_memory() and barriers by place_barriers(); run by Executor. Sizes are numbers now; the number type is still open.
namespace gradus::program {

using ValueId = std::int32_t;

/// A tensor that exists in memory.
struct Value {
  enum class Place { input, arena, view };
  Tensor tensor;
  Place place;
  Index elements;
  ValueId base = -1;  ///< of a view: the value that it lies in, itself no view
  Index offset = 0;   ///< of a view: elements from the base's start; in the arena: elements from its start
  bool output = false;
};

/// A matrix product, out = op(a) op(b), or += where it accumulates.
struct Product {
  ValueId a, b, out;
  bool transpose_a, transpose_b, accumulate;
  Index m, n, k;
  Index
      parts;  ///< of few rows, the result is computed in so many parts of its columns; 0: the threads share its rows
};

/// Elementwise work over `rows` × `row_length` elements, tile by tile: each instruction reads and writes slots, which are the
/// operands first, then scratch tiles, and last the result.
struct Loop {
  struct Operand {
    enum class Kind {
      full,      ///< as large as the result
      row,       ///< one element for each column
      column,    ///< one element for each row of length `columns`
      constant,  ///< the number `number`, or the only element of a value
      strided    ///< any other broadcast
    };
    Kind kind;
    ValueId value = -1;
    double number = 0;
    std::array<Index, Shape::max_rank> sizes{}, strides{};  ///< of a strided operand
  };
  struct Instruction {
    op::Op operation;  ///< Unary, Binary, Select; Broadcast stands for a copy
    std::array<int, 3> sources{-1, -1, -1};
    int target;
  };
  ValueId out;
  Index rows, row_length;
  Index columns;  ///< the period of row and column operands; divides row_length, or is rows × row_length
  std::vector<Operand> operands;
  std::vector<Instruction> code;
  int scratch;  ///< how many scratch tiles
};

/// out[o, i] from in[o, 0 … length, i].
struct Reduction {
  enum class Kind { sum, max, log_sum_exp };
  Kind kind;
  ValueId in, out;
  Index outer, length, inner;
};

/// Copies a box of elements between two arrays, with any strides; axes from the outermost.
struct Copy {
  ValueId in, out;
  std::array<Index, Shape::max_rank> sizes, in_strides, out_strides;
  Index in_offset, out_offset;
  bool clear_first;  ///< the rest of `out` is zero
};

/// out[r] = in[r, index[r]], or out[r, index[r]] = 1 and the rest 0.
struct Pick {
  ValueId in, index, out;
  Index rows, classes;
};
struct OneHot {
  ValueId index, out;
  Index rows, classes;
};

struct Mask {
  ValueId out;
  Index elements;
  double rate;
  std::string purpose;
};

using Work = std::variant<Product, Loop, Reduction, Copy, Pick, OneHot, Mask>;

struct Step {
  Work work;
  std::vector<ValueId> reads;
  ValueId writes;
  bool barrier = false;          ///< all threads must have come here before it starts
  std::vector<ValueId> dying{};  ///< arena values that nothing reads after this step
};

struct Program {
  std::vector<Value> values;
  std::vector<Step> steps;  ///< hold's first
  std::size_t hold_steps = 0;
  std::vector<ValueId> inputs;   ///< values of the graph's inputs that are needed
  std::vector<ValueId> outputs;  ///< one for each output, each a different value
  Index arena = 0;               ///< elements
  double flops = 0;              ///< of matrix products
  double elements = 0;           ///< touched by other steps

  ValueId base(ValueId v) const {
    const Value& value = values[static_cast<std::size_t>(v)];
    return value.place == Value::Place::view ? value.base : v;
  }
  Value& at(ValueId v) { return values[static_cast<std::size_t>(v)]; }
  const Value& at(ValueId v) const { return values[static_cast<std::size_t>(v)]; }
};

/// From the graph to steps on values: drops what is dead, folds constants, fuses elementwise work, sums of products accumulate.
Program lower(std::span<const Tensor> outputs, Index cases, std::span<const Tensor> varying, bool fuse);

/// Lifetimes, in-place results, and a place in the arena for every value. `alignment` in elements.
void assign_memory(Program& program, bool reuse, Index alignment);

/// Marks the steps that must wait for all threads.
void place_barriers(Program& program);

/// Rows are shared between threads in chunks of this many, a multiple of 12, at which OpenBLAS' kernels for AVX2 may be cut
/// without changing a bit. It depends on nothing but the number of rows: a thread's rows of one
/// value are its rows of every value with as many rows, and what is computed together does not depend on the number of threads.
Index rows_together(Index rows);

/// The steps as text.
std::string print(const Program& program, std::size_t scalar_bytes);

}  // namespace gradus::program
