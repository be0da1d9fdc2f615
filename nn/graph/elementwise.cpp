// Functions of each element. A function is its slope: dy = slope · dx forward, and the same factor backward.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.h"
#include "nn/graph/ops.h"
#include "nn/graph/rules.h"

namespace gradus {
namespace {

using op::BinaryFunction;
using op::UnaryFunction;

// The value of a tensor whose every element is one number known when the graph is built; else NaN.
double constant_value(Tensor x) {
  while (std::holds_alternative<op::Broadcast>(x.op())) x = x.input(0);
  const auto* constant = std::get_if<op::Constant>(&x.op());
  return constant ? constant->value : std::numeric_limits<double>::quiet_NaN();
}

Tensor unary(UnaryFunction function, Tensor x, double parameter = 0) {
  const std::array inputs{x};
  if (!x) throw Error(fmt::format("[{}] the operand is an empty tensor.", op::name(function)));
  return x.graph().add(op::Unary{function, parameter}, inputs, x.shape());
}

Tensor binary(BinaryFunction function, Tensor a, Tensor b) {
  if (!a || !b) throw Error(fmt::format("[{}] an operand is an empty tensor.", op::name(function)));
  const Shape shape = broadcast_shape(a.shape(), b.shape(), op::name(function));
  const std::array inputs{broadcast(a, shape), broadcast(b, shape)};
  return a.graph().add(op::Binary{function}, inputs, shape);
}

// Whether x ∘ neutral is x itself: every element of `neutral` is this number, and x has the result's shape already.
bool vanishes(Tensor neutral, double number, Tensor x, const char* where) {
  return x && neutral && &x.graph() == &neutral.graph() && constant_value(neutral) == number &&
         broadcast_shape(x.shape(), neutral.shape(), where) == x.shape();
}

Tensor number(double value, Tensor operand, const char* where) {
  if (!operand) throw Error(fmt::format("[{}] an operand is an empty tensor.", where));
  return operand.graph().constant(value);
}

}  // namespace

Tensor operator+(Tensor a, Tensor b) {
  if (vanishes(b, 0, a, "add")) return a;
  if (vanishes(a, 0, b, "add")) return b;
  return binary(BinaryFunction::add, a, b);
}
Tensor operator-(Tensor a, Tensor b) {
  if (vanishes(b, 0, a, "subtract")) return a;
  if (vanishes(a, 0, b, "subtract")) return -b;
  return binary(BinaryFunction::subtract, a, b);
}
Tensor operator*(Tensor a, Tensor b) {
  if (vanishes(b, 1, a, "multiply")) return a;
  if (vanishes(a, 1, b, "multiply")) return b;
  if (vanishes(b, -1, a, "multiply")) return -a;
  if (vanishes(a, -1, b, "multiply")) return -b;
  return binary(BinaryFunction::multiply, a, b);
}
Tensor operator/(Tensor a, Tensor b) {
  if (vanishes(b, 1, a, "divide")) return a;
  return binary(BinaryFunction::divide, a, b);
}
Tensor operator-(Tensor x) {
  if (const auto* inner = x ? std::get_if<op::Unary>(&x.op()) : nullptr;
      inner && inner->function == UnaryFunction::negate)
    return x.input(0);
  return unary(UnaryFunction::negate, x);
}

Tensor operator+(Tensor a, double b) { return a + number(b, a, "add"); }
Tensor operator-(Tensor a, double b) { return a - number(b, a, "subtract"); }
Tensor operator*(Tensor a, double b) { return a * number(b, a, "multiply"); }
Tensor operator/(Tensor a, double b) { return a / number(b, a, "divide"); }
Tensor operator+(double a, Tensor b) { return number(a, b, "add") + b; }
Tensor operator-(double a, Tensor b) { return number(a, b, "subtract") - b; }
Tensor operator*(double a, Tensor b) { return number(a, b, "multiply") * b; }
Tensor operator/(double a, Tensor b) { return number(a, b, "divide") / b; }

Tensor exp(Tensor x) { return unary(UnaryFunction::exp, x); }
Tensor expm1(Tensor x) { return unary(UnaryFunction::expm1, x); }
Tensor log(Tensor x) { return unary(UnaryFunction::log, x); }
Tensor log1p(Tensor x) { return unary(UnaryFunction::log1p, x); }
Tensor sqrt(Tensor x) { return unary(UnaryFunction::sqrt, x); }
Tensor square(Tensor x) { return unary(UnaryFunction::square, x); }
Tensor abs(Tensor x) { return unary(UnaryFunction::abs, x); }
Tensor sign(Tensor x) { return unary(UnaryFunction::sign, x); }
Tensor power(Tensor x, double exponent) { return unary(UnaryFunction::power, x, exponent); }
Tensor relu(Tensor x) { return unary(UnaryFunction::relu, x); }
Tensor leaky_relu(Tensor x, double alpha) {
  if (!(alpha >= 0)) throw Error(fmt::format("[leaky relu] alpha must be at least 0, not {}.", alpha));
  return unary(UnaryFunction::leaky_relu, x, alpha);
}
Tensor elu(Tensor x, double alpha) {
  if (!(alpha >= 0)) throw Error(fmt::format("[elu] alpha must be at least 0, not {}.", alpha));
  return unary(UnaryFunction::elu, x, alpha);
}
Tensor sigmoid(Tensor x) { return unary(UnaryFunction::sigmoid, x); }
Tensor tanh(Tensor x) { return unary(UnaryFunction::tanh, x); }
Tensor softplus(Tensor x) { return unary(UnaryFunction::softplus, x); }
Tensor normal_cdf(Tensor x) { return unary(UnaryFunction::normal_cdf, x); }
Tensor gelu(Tensor x) { return x * normal_cdf(x); }
Tensor silu(Tensor x) { return x * sigmoid(x); }

Tensor maximum(Tensor a, Tensor b) { return binary(BinaryFunction::maximum, a, b); }
Tensor minimum(Tensor a, Tensor b) { return binary(BinaryFunction::minimum, a, b); }
Tensor less(Tensor a, Tensor b) { return binary(BinaryFunction::less, a, b); }
Tensor less_equal(Tensor a, Tensor b) { return binary(BinaryFunction::less_equal, a, b); }
Tensor greater(Tensor a, Tensor b) { return less(b, a); }
Tensor greater_equal(Tensor a, Tensor b) { return less_equal(b, a); }
Tensor equal(Tensor a, Tensor b) { return binary(BinaryFunction::equal, a, b); }
Tensor not_equal(Tensor a, Tensor b) { return binary(BinaryFunction::not_equal, a, b); }

Tensor select(Tensor condition, Tensor a, Tensor b) {
  if (!condition || !a || !b) throw Error("[select] an operand is an empty tensor.");
  const Shape shape =
      broadcast_shape(broadcast_shape(a.shape(), b.shape(), "select"), condition.shape(), "select");
  const std::array inputs{broadcast(condition, shape), broadcast(a, shape), broadcast(b, shape)};
  return a.graph().add(op::Select{}, inputs, shape);
}

namespace rules {
namespace {

// dy/dx in terms of x and y; empty: 0. Where y serves as well as x, y: then x need not be kept.
Tensor slope(const op::Unary& op, Tensor x, Tensor y) {
  Graph& graph = y.graph();
  const Tensor one = graph.constant(1), zero = graph.constant(0);
  switch (op.function) {
    case UnaryFunction::negate:
      return graph.constant(-1);
    case UnaryFunction::exp:
      return y;
    case UnaryFunction::expm1:
      return y + 1;
    case UnaryFunction::log:
      return 1 / x;
    case UnaryFunction::log1p:
      return 1 / (x + 1);
    case UnaryFunction::sqrt:
      return 0.5 / y;
    case UnaryFunction::square:
      return 2 * x;
    case UnaryFunction::abs:
      return sign(x);
    case UnaryFunction::sign:
      return {};
    case UnaryFunction::power:
      if (op.parameter == 0) return {};
      return op.parameter == 1 ? one : op.parameter * power(x, op.parameter - 1);
    case UnaryFunction::relu:
      return greater(y, zero);
    case UnaryFunction::leaky_relu:
      return select(greater(x, zero), one, graph.constant(op.parameter));
    case UnaryFunction::elu:
      return select(greater(x, zero), one, y + op.parameter);
    case UnaryFunction::sigmoid:
      return y * (1 - y);
    case UnaryFunction::tanh:
      return 1 - square(y);
    case UnaryFunction::softplus:
      return sigmoid(x);
    case UnaryFunction::normal_cdf:
      return std::sqrt(0.5 * std::numbers::inv_pi) * exp(-0.5 * square(x));
  }
  __builtin_unreachable();
}

// ∂y/∂(input i); empty: 0.
Tensor slope(const op::Binary& op, Tensor y, Tensor a, Tensor b, std::size_t i) {
  Graph& graph = y.graph();
  const bool first = i == 0;
  switch (op.function) {
    case BinaryFunction::add:
      return graph.constant(1);
    case BinaryFunction::subtract:
      return graph.constant(first ? 1 : -1);
    case BinaryFunction::multiply:
      return first ? b : a;
    case BinaryFunction::divide:
      return first ? 1 / b : -y / b;
    case BinaryFunction::maximum:
      return first ? 0.5 * (less(b, a) + less_equal(b, a)) : 0.5 * (less(a, b) + less_equal(a, b));
    case BinaryFunction::minimum:
      return first ? 0.5 * (less(a, b) + less_equal(a, b)) : 0.5 * (less(b, a) + less_equal(b, a));
    case BinaryFunction::less:
    case BinaryFunction::less_equal:
    case BinaryFunction::equal:
    case BinaryFunction::not_equal:
      return {};
  }
  __builtin_unreachable();
}

Tensor times(Tensor slope, Tensor factor) { return slope && factor ? slope * factor : Tensor(); }

Tensor plus(Tensor a, Tensor b) { return a && b ? a + b : a ? a : b; }

}  // namespace

Tensor push_forward(const op::Unary& op, Tensor y, Tensors x, Tensors dx) {
  return times(slope(op, x[0], y), dx[0]);
}
Tensor pull_back(const op::Unary& op, Tensor y, Tensors x, Tensor g, std::size_t) {
  return times(slope(op, x[0], y), g);
}

Tensor push_forward(const op::Binary& op, Tensor y, Tensors x, Tensors dx) {
  // A difference stays one operation.
  if (op.function == BinaryFunction::subtract && dx[0] && dx[1]) return dx[0] - dx[1];
  return plus(dx[0] ? times(slope(op, y, x[0], x[1], 0), dx[0]) : Tensor(),
              dx[1] ? times(slope(op, y, x[0], x[1], 1), dx[1]) : Tensor());
}
Tensor pull_back(const op::Binary& op, Tensor y, Tensors x, Tensor g, std::size_t i) {
  return times(slope(op, y, x[0], x[1], i), g);
}

Tensor push_forward(const op::Select&, Tensor y, Tensors x, Tensors dx) {
  if (!dx[1] && !dx[2]) return {};
  const Tensor zero = y.graph().constant(0);
  return select(x[0], dx[1] ? dx[1] : zero, dx[2] ? dx[2] : zero);
}
Tensor pull_back(const op::Select&, Tensor y, Tensors x, Tensor g, std::size_t i) {
  const Tensor zero = y.graph().constant(0);
  if (i == 0) return {};
  return i == 1 ? select(x[0], g, zero) : select(x[0], zero, g);
}

}  // namespace rules
}  // namespace gradus
