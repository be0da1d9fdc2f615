#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "nn/graph/ops.h"
#include "nn/graph/rules.h"

namespace gradus {
namespace {

// Takes a transposition of a matrix away and returns whether there was one.
bool strip_transpose(Tensor& x) {
  if (!std::holds_alternative<op::Transpose>(x.op())) return false;
  x = x.input(0);
  return true;
}

Tensor matmul(Tensor a, bool transpose_a, Tensor b, bool transpose_b) {
  const Shape& p = a.shape();
  const Shape& q = b.shape();
  const Index inner_a = p[transpose_a ? 0 : 1], inner_b = q[transpose_b ? 1 : 0];
  if (inner_a != inner_b) {
    const bool fits_b = inner_a == q[transpose_b ? 0 : 1], fits_a = inner_b == p[transpose_a ? 1 : 0];
    const auto written = [](Tensor x, bool transposed) {
      return transposed ? "transpose(" + x.label() + ")" : x.label();
    };
    const auto sizes = [](Tensor x, bool t) { return t ? Shape{x.shape()[1], x.shape()[0]} : x.shape(); };
    throw Error(fmt::format("[matmul] inner dimensions differ: {} is {}, {} is {}.{}",
                            written(a, transpose_a), sizes(a, transpose_a).to_string(),
                            written(b, transpose_b), sizes(b, transpose_b).to_string(),
                            fits_b   ? fmt::format(" Did you mean {}?", written(b, !transpose_b))
                            : fits_a ? fmt::format(" Did you mean {}?", written(a, !transpose_a))
                                     : ""));
  }
  const std::array inputs{a, b};
  return a.graph().add(op::Matmul{transpose_a, transpose_b}, inputs,
                       Shape{p[transpose_a ? 1 : 0], q[transpose_b ? 0 : 1]});
}

}  // namespace

Tensor matmul(Tensor a, Tensor b) {
  if (!a || !b) throw Error("[matmul] an operand is an empty tensor.");
  for (const Tensor x : {a, b})
    if (x.shape().rank() != 2)
      throw Error(fmt::format("[matmul] {} has shape {}; a matrix has two dimensions. Use reshape.",
                              x.label(), x.shape().to_string()));
  const bool transpose_a = strip_transpose(a), transpose_b = strip_transpose(b);
  return matmul(a, transpose_a, b, transpose_b);
}

namespace rules {

Tensor push_forward(const op::Matmul& op, Tensor, Tensors x, Tensors dx) {
  const Tensor left = dx[0] ? matmul(dx[0], op.transpose_a, x[1], op.transpose_b) : Tensor();
  const Tensor right = dx[1] ? matmul(x[0], op.transpose_a, dx[1], op.transpose_b) : Tensor();
  return left && right ? left + right : left ? left : right;
}

// C = op(A) op(B): ∂A = G op(B)ᵀ, transposed where A was; ∂B = op(A)ᵀ G, transposed where B was.
Tensor pull_back(const op::Matmul& op, Tensor, Tensors x, Tensor g, std::size_t i) {
  if (i == 0)
    return op.transpose_a ? matmul(x[1], op.transpose_b, g, true) : matmul(g, false, x[1], !op.transpose_b);
  return op.transpose_b ? matmul(g, true, x[0], op.transpose_a) : matmul(x[0], !op.transpose_a, g, false);
}

}  // namespace rules
}  // namespace gradus
