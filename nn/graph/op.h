#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "shape.h"

/// What a node can be. The set is closed: a new operation is a struct (or an enumerator) here, a rule in its
/// family's file beside this one, and a kernel in nn/run; whatever is missing does not compile.
namespace gradus::op {

// ---- Sources: no inputs ----

struct Input {
  std::string name;
  bool operator==(const Input&) const = default;
};
/// A number, of shape ().
struct Constant {
  double value;
  bool operator==(const Constant&) const = default;
};
/// The number of cases, of shape (): what a plan puts in the place of `batch`.
struct BatchSize {
  bool operator==(const BatchSize&) const = default;
};
/// 0 with probability `rate`, else 1 / (1 − rate); drawn anew for each (seed, step) that a plan is given.
struct DropoutMask {
  double rate;
  std::string purpose;
  bool operator==(const DropoutMask&) const = default;
};

// ---- Elementwise: all inputs have the node's shape ----

enum class UnaryFunction {
  negate,
  exp,
  expm1,
  log,
  log1p,
  sqrt,
  square,
  abs,
  sign,
  power,
  relu,
  leaky_relu,
  elu,
  sigmoid,
  tanh,
  softplus,
  normal_cdf,
};
struct Unary {
  UnaryFunction function;
  double parameter = 0;  ///< the exponent of power, α of leaky_relu and elu
  bool operator==(const Unary&) const = default;
};

enum class BinaryFunction {
  add,
  subtract,
  multiply,
  divide,
  maximum,
  minimum,
  less,
  less_equal,
  equal,
  not_equal
};
struct Binary {
  BinaryFunction function;
  bool operator==(const Binary&) const = default;
};
/// inputs: condition, a, b. a where the condition is not 0, else b.
struct Select {
  bool operator==(const Select&) const = default;
};

// ---- Linear: the tangent goes the same way as the value ----

/// To the node's shape, aligned at the last axis.
struct Broadcast {
  bool operator==(const Broadcast&) const = default;
};
/// Over the axes first … last − 1, which vanish.
struct Sum {
  int first, last;
  bool operator==(const Sum&) const = default;
};
struct Reshape {
  bool operator==(const Reshape&) const = default;
};
/// Axis i of the result is axis order[i] of the input.
struct Transpose {
  std::array<int, Shape::max_rank> order;
  bool operator==(const Transpose&) const = default;
};
struct Slice {
  int axis;
  Index start, stop;
  bool operator==(const Slice&) const = default;
};
/// Zeros before and after along one axis.
struct Pad {
  int axis;
  Index before, after;
  bool operator==(const Pad&) const = default;
};
struct Concatenate {
  int axis;
  bool operator==(const Concatenate&) const = default;
};
/// inputs: x (…, n), index (…). Picks x[…, index]; linear in x.
struct Gather {
  bool operator==(const Gather&) const = default;
};

// ---- Bilinear ----

/// op(a) op(b), two dimensions each; op transposes where its flag says so.
struct Matmul {
  bool transpose_a, transpose_b;
  bool operator==(const Matmul&) const = default;
};

// ---- The rest ----

/// Over the axes first … last − 1, which vanish.
struct Max {
  int first, last;
  bool operator==(const Max&) const = default;
};
struct LogSumExp {
  int first, last;
  bool operator==(const LogSumExp&) const = default;
};
/// input: index (…); result (…, classes) with a 1 at the index.
struct OneHot {
  Index classes;
  bool operator==(const OneHot&) const = default;
};
/// The value without its derivative.
struct StopGradient {
  bool operator==(const StopGradient&) const = default;
};

using Op =
    std::variant<Input, Constant, BatchSize, DropoutMask, Unary, Binary, Select, Broadcast, Sum, Reshape,
                 Transpose, Slice, Pad, Concatenate, Gather, Matmul, Max, LogSumExp, OneHot, StopGradient>;

/// The operation's name, as in messages and prints: "tanh", "matmul".
const char* name(const Op& op);
const char* name(UnaryFunction function);
const char* name(BinaryFunction function);

}  // namespace gradus::op
