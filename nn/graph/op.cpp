#include "nn/graph/op.h"

namespace gradus::op {
namespace {

struct Name {
  const char* operator()(const Input&) const { return "input"; }
  const char* operator()(const Constant&) const { return "constant"; }
  const char* operator()(const BatchSize&) const { return "batch size"; }
  const char* operator()(const DropoutMask&) const { return "dropout mask"; }
  const char* operator()(const Unary& op) const { return name(op.function); }
  const char* operator()(const Binary& op) const { return name(op.function); }
  const char* operator()(const Select&) const { return "select"; }
  const char* operator()(const Broadcast&) const { return "broadcast"; }
  const char* operator()(const Sum&) const { return "sum"; }
  const char* operator()(const Reshape&) const { return "reshape"; }
  const char* operator()(const Transpose&) const { return "transpose"; }
  const char* operator()(const Slice&) const { return "slice"; }
  const char* operator()(const Pad&) const { return "pad"; }
  const char* operator()(const Concatenate&) const { return "concatenate"; }
  const char* operator()(const Gather&) const { return "gather"; }
  const char* operator()(const Matmul&) const { return "matmul"; }
  const char* operator()(const Max&) const { return "max"; }
  const char* operator()(const LogSumExp&) const { return "log-sum-exp"; }
  const char* operator()(const OneHot&) const { return "one-hot"; }
  const char* operator()(const StopGradient&) const { return "stop gradient"; }
};

}  // namespace

const char* name(const Op& op) { return std::visit(Name{}, op); }

const char* name(UnaryFunction function) {
  switch (function) {
    case UnaryFunction::negate:
      return "negate";
    case UnaryFunction::exp:
      return "exp";
    case UnaryFunction::expm1:
      return "expm1";
    case UnaryFunction::log:
      return "log";
    case UnaryFunction::log1p:
      return "log1p";
    case UnaryFunction::sqrt:
      return "sqrt";
    case UnaryFunction::square:
      return "square";
    case UnaryFunction::abs:
      return "abs";
    case UnaryFunction::sign:
      return "sign";
    case UnaryFunction::power:
      return "power";
    case UnaryFunction::relu:
      return "relu";
    case UnaryFunction::leaky_relu:
      return "leaky relu";
    case UnaryFunction::elu:
      return "elu";
    case UnaryFunction::sigmoid:
      return "sigmoid";
    case UnaryFunction::tanh:
      return "tanh";
    case UnaryFunction::softplus:
      return "softplus";
    case UnaryFunction::normal_cdf:
      return "normal cdf";
  }
  __builtin_unreachable();
}

const char* name(BinaryFunction function) {
  switch (function) {
    case BinaryFunction::add:
      return "add";
    case BinaryFunction::subtract:
      return "subtract";
    case BinaryFunction::multiply:
      return "multiply";
    case BinaryFunction::divide:
      return "divide";
    case BinaryFunction::maximum:
      return "maximum";
    case BinaryFunction::minimum:
      return "minimum";
    case BinaryFunction::less:
      return "less";
    case BinaryFunction::less_equal:
      return "less or equal";
    case BinaryFunction::equal:
      return "equal";
    case BinaryFunction::not_equal:
      return "not equal";
  }
  __builtin_unreachable();
}

}  // namespace gradus::op
