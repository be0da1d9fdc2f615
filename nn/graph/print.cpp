#include "nn/graph/print.h"

#include <fmt/format.h>

#include <vector>

namespace gradus {
namespace {

std::string reference(Tensor x) {
  if (const auto* input = std::get_if<op::Input>(&x.op())) return input->name;
  if (const auto* constant = std::get_if<op::Constant>(&x.op())) return fmt::format("{}", constant->value);
  return fmt::format("#{}", x.id());
}

std::string details(const op::Op& op) {
  if (const auto* unary = std::get_if<op::Unary>(&op); unary && unary->parameter != 0)
    return fmt::format(" ({})", unary->parameter);
  if (const auto* slice = std::get_if<op::Slice>(&op))
    return fmt::format(" axis {} [{}, {})", slice->axis, slice->start, slice->stop);
  if (const auto* sum = std::get_if<op::Sum>(&op))
    return fmt::format(" axes [{}, {})", sum->first, sum->last);
  if (const auto* max = std::get_if<op::Max>(&op))
    return fmt::format(" axes [{}, {})", max->first, max->last);
  if (const auto* lse = std::get_if<op::LogSumExp>(&op))
    return fmt::format(" axes [{}, {})", lse->first, lse->last);
  if (const auto* mask = std::get_if<op::DropoutMask>(&op)) return fmt::format(" rate {}", mask->rate);
  return "";
}

std::string line(Tensor x) {
  std::string operands;
  const auto* product = std::get_if<op::Matmul>(&x.op());
  for (std::size_t i = 0; i < x.input_count(); ++i) {
    if (i > 0) operands += ", ";
    operands += reference(x.input(i));
    if (product && (i == 0 ? product->transpose_a : product->transpose_b)) operands += "ᵀ";
  }
  return fmt::format("{:<6}{:<16}{:<20}{}{}\n", fmt::format("#{}", x.id()), op::name(x.op()),
                     x.shape().to_string(), operands, details(x.op()));
}

}  // namespace

std::string print(std::span<const Tensor> outputs) {
  if (outputs.empty()) return "";
  Graph& graph = outputs[0].graph();
  std::vector<bool> live(static_cast<std::size_t>(graph.size()));
  for (const Tensor output : outputs) live[static_cast<std::size_t>(output.id())] = true;
  for (NodeId id = graph.size(); id-- > 0;)
    if (live[static_cast<std::size_t>(id)])
      for (std::size_t i = 0; i < graph.node(id).input_count(); ++i)
        live[static_cast<std::size_t>(graph.node(id).input(i).id())] = true;

  std::string text;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Tensor x = graph.node(id);
    if (!live[static_cast<std::size_t>(id)] || std::holds_alternative<op::Constant>(x.op())) continue;
    if (const auto* input = std::get_if<op::Input>(&x.op()))
      text += fmt::format("{:<6}{:<16}{:<20}{}\n", fmt::format("#{}", id), "input", x.shape().to_string(),
                          input->name);
    else
      text += line(x);
  }
  return text;
}

}  // namespace gradus
