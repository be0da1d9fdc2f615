#include "nn/graph/squared_gradients.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "nn/graph/derive.h"
#include "nn/graph/ops.h"

namespace gradus {
namespace {

// A node and which of its inputs it is about.
struct Use {
  Tensor node;
  std::size_t input;
};

bool has_no_derivative(Tensor x) {
  return std::holds_alternative<op::StopGradient>(x.op()) || std::holds_alternative<op::OneHot>(x.op());
}

// Where each node is used, among those that y's derivatives go through.
class Uses {
 public:
  explicit Uses(Tensor y) : uses_(static_cast<std::size_t>(y.graph().size())) {
    std::vector<bool> wanted(uses_.size());
    wanted[place(y)] = true;
    for (NodeId id = y.id() + 1; id-- > 0;) {
      const Tensor node = y.graph().node(id);
      if (!wanted[place(node)] || has_no_derivative(node)) continue;
      for (std::size_t i = 0; i < node.input_count(); ++i) {
        wanted[place(node.input(i))] = true;
        uses_[place(node.input(i))].push_back({node, i});
      }
    }
  }
  const std::vector<Use>& of(Tensor x) const { return uses_[place(x)]; }
  NodeId size() const { return static_cast<NodeId>(uses_.size()); }

 private:
  static std::size_t place(Tensor x) { return static_cast<std::size_t>(x.id()); }
  std::vector<std::vector<Use>> uses_;
};

bool has_a_row_for_each_case(Tensor x) { return x.shape().rank() > 0 && x.shape()[0] == batch; }

// Whether a row of the result is made from the same row of that input alone.
bool keeps_cases_apart(const Use& use) {
  const op::Op& op = use.node.op();
  if (const auto* f = std::get_if<op::Matmul>(&op); f && (f->transpose_a || use.input != 0)) return false;
  if (const auto* f = std::get_if<op::Transpose>(&op); f && f->order[0] != 0) return false;
  if (const auto* f = std::get_if<op::Sum>(&op); f && f->first == 0) return false;
  if (const auto* f = std::get_if<op::Max>(&op); f && f->first == 0) return false;
  if (const auto* f = std::get_if<op::LogSumExp>(&op); f && f->first == 0) return false;
  if (std::holds_alternative<op::Broadcast>(op) &&
      use.node.input(0).shape().rank() != use.node.shape().rank())
    return false;
  return has_a_row_for_each_case(use.node);
}

void check_cases_stay_apart(Tensor y, const Uses& uses, Tensor parameter) {
  std::vector<bool> depends(static_cast<std::size_t>(uses.size()));
  depends[static_cast<std::size_t>(y.id())] = true;
  for (NodeId id = y.id(); id < uses.size(); ++id) {
    if (!depends[static_cast<std::size_t>(id)]) continue;
    for (const Use& use : uses.of(y.graph().node(id))) {
      if (!keeps_cases_apart(use))
        throw Error(
            fmt::format("[squared_gradients] between {} and the losses, {} of shape {} mixes the cases, so "
                        "that a case has no "
                        "gradient of its own.",
                        parameter.label(), use.node.label(), use.node.shape().to_string()));
      depends[static_cast<std::size_t>(use.node.id())] = true;
    }
  }
}

[[noreturn]] void refuse(Tensor parameter, const std::string& how) {
  throw Error(
      fmt::format("[squared_gradients] {} is {}; the squares of single cases' gradients are known only for "
                  "parameters that are used once, as the weight or the bias of a dense layer.",
                  parameter.label(), how));
}

// The layer's output that a parameter goes into. Its weight: matmul(x, weight); its bias: … + broadcast(bias).
Use layer_of(Tensor parameter, const Uses& uses) {
  const auto only_use = [&](Tensor x) {
    if (uses.of(x).size() != 1) refuse(parameter, fmt::format("used {} times", uses.of(x).size()));
    return uses.of(x)[0];
  };
  Use use = only_use(parameter);
  if (const auto* product = std::get_if<op::Matmul>(&use.node.op());
      product && use.input == 1 && !product->transpose_a && has_a_row_for_each_case(use.node))
    return use;
  if (const Shape& shape = parameter.shape(); std::holds_alternative<op::Broadcast>(use.node.op()) &&
                                              shape.rank() == 1 &&
                                              use.node.shape() == Shape{batch, shape[0]}) {
    use = only_use(use.node);
    if (const auto* binary = std::get_if<op::Binary>(&use.node.op());
        binary && binary->function == op::BinaryFunction::add)
      return use;
  }
  refuse(parameter, fmt::format("used in {}", use.node.label()));
}

Tensor squares(Tensor case_losses, Tensor parameter, const Uses& uses) {
  if (uses.of(parameter).empty()) return broadcast(parameter.graph().constant(0), parameter.shape());
  const Tensor y = layer_of(parameter, uses).node;
  check_cases_stay_apart(y, uses, parameter);
  const Tensor dy = square(grad(sum(case_losses), std::array{y})[0]);
  const auto* product = std::get_if<op::Matmul>(&y.op());
  if (!product) return sum(dy, {0});
  const Tensor x = square(y.input(0));
  return product->transpose_b ? matmul(transpose(dy), x) : matmul(transpose(x), dy);
}

}  // namespace

std::vector<Tensor> squared_gradients(Tensor case_losses, std::span<const Tensor> wrt) {
  if (!case_losses || case_losses.shape() != Shape{batch})
    throw Error(
        fmt::format("[squared_gradients] the losses must be one of each case, of shape (batch); {}{}.",
                    case_losses.label(),
                    case_losses ? " has shape " + case_losses.shape().to_string() : " is no tensor"));
  for (const Tensor x : wrt)
    if (!x || &x.graph() != &case_losses.graph())
      throw Error(fmt::format("[squared_gradients] {} is no variable of the losses' graph.", x.label()));
  const Uses uses(case_losses);
  std::vector<Tensor> result;
  for (const Tensor x : wrt) result.push_back(squares(case_losses, x, uses));
  return result;
}

}  // namespace gradus
