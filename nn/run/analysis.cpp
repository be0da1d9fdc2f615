#include "nn/run/analysis.h"

#include <array>

#include "nn/run/kernels.h"

namespace gradus::program {

Analysis::Analysis(std::span<const Tensor> outputs, Index cases, std::span<const Tensor> varying, bool fuse)
    : graph_(outputs[0].graph()), cases_(cases), nodes_(static_cast<std::size_t>(graph_.size())) {
  for (const Tensor output : outputs) of(output).live = of(output).output = true;
  for (const Tensor input : varying) of(input).varying = true;
  for (NodeId id = graph_.size(); id-- > 0;) find_uses(graph_.node(id));
  for (NodeId id = 0; id < graph_.size(); ++id) fold(graph_.node(id), varying.empty());
  for (NodeId id = 0; id < graph_.size(); ++id) find_product_sums(graph_.node(id));
  for (NodeId id = graph_.size(); id-- > 0;) find_group(graph_.node(id), fuse);
}

void Analysis::find_uses(Tensor x) {
  if (!of(x).live) return;
  for (std::size_t i = 0; i < x.input_count(); ++i) {
    of(x.input(i)).live = true;
    of(x.input(i)).users.push_back(x.id());
  }
}

void Analysis::fold(Tensor x, bool all_varies) {
  Facts& facts = of(x);
  if (!facts.live) return;
  facts.varying |= all_varies;
  bool known = x.input_count() > 0;
  std::array<double, 3> value{};
  for (std::size_t i = 0; i < x.input_count(); ++i) {
    const Facts& input = of(x.input(i));
    facts.varying |= input.varying;
    known &= input.number.has_value();
    if (i < 3 && input.number) value[i] = *input.number;
  }
  if (const auto* constant = as<op::Constant>(x)) facts.number = constant->value;
  if (as<op::BatchSize>(x)) facts.number = static_cast<double>(cases_);
  if (!known) return;
  const Kernels<double>& kernel = kernels<double>();
  double result = 0;
  if (const auto* unary = as<op::Unary>(x))
    kernel.unary[static_cast<std::size_t>(unary->function)](1, &value[0], nullptr, nullptr, &result,
                                                            unary->parameter);
  else if (const auto* binary = as<op::Binary>(x))
    kernel.binary[static_cast<std::size_t>(binary->function)](1, &value[0], &value[1], nullptr, &result, 0);
  else if (as<op::Select>(x))
    kernel.select(1, &value[0], &value[1], &value[2], &result, 0);
  else if (as<op::Broadcast>(x) || as<op::Reshape>(x) || as<op::Transpose>(x) || as<op::Slice>(x) ||
           as<op::StopGradient>(x))
    result = value[0];
  else
    return;
  facts.number = result;
}

// Sums whose terms are products that nothing else needs are accumulated by the products themselves.
void Analysis::find_product_sums(Tensor x) {
  const auto* binary = as<op::Binary>(x);
  if (!of(x).live || !binary || binary->function != op::BinaryFunction::add || x.input(0) == x.input(1))
    return;
  const auto absorbable = [&](Tensor term) {
    const Facts& facts = of(term);
    return (as<op::Matmul>(term) || facts.product_sum) && facts.users.size() == 1 && !facts.output &&
           facts.varying == of(x).varying;
  };
  of(x).product_sum = absorbable(x.input(0)) && absorbable(x.input(1));
}

// An elementwise node joins the loop of its users where that is one loop, in its own phase.
void Analysis::find_group(Tensor x, bool fuse) {
  Facts& facts = of(x);
  if (!facts.live || !is_elementwise(x) || facts.number || facts.product_sum) return;
  facts.group = x.id();
  if (!fuse || facts.output || facts.users.empty()) return;
  NodeId common = -1;
  for (const NodeId id : facts.users) {
    Facts& user = of(graph_.node(id));
    if (user.group < 0 || user.varying != facts.varying || (common >= 0 && user.group != common)) return;
    common = user.group;
  }
  facts.group = common;
}

}  // namespace gradus::program
