#include "nn/graph/derive.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "nn/graph/ops.h"
#include "nn/graph/rules.h"

namespace gradus {
namespace {

using Tensors = std::vector<Tensor>;

// Marks by node number; nodes that are added while deriving are beyond its end.
class Marks {
 public:
  explicit Marks(NodeId size) : marks_(static_cast<std::size_t>(size)) {}
  bool operator[](Tensor x) const { return marks_[static_cast<std::size_t>(x.id())]; }
  void set(Tensor x) { marks_[static_cast<std::size_t>(x.id())] = true; }

 private:
  std::vector<bool> marks_;
};

// A tensor for each node, at first empty.
class Derivatives {
 public:
  explicit Derivatives(NodeId size) : list_(static_cast<std::size_t>(size)) {}
  Tensor& operator[](Tensor x) { return list_[static_cast<std::size_t>(x.id())]; }

 private:
  Tensors list_;
};

Tensors inputs_of(Tensor y) {
  Tensors inputs;
  for (std::size_t i = 0; i < y.input_count(); ++i) inputs.push_back(y.input(i));
  return inputs;
}

Tensor zeros_like(Tensor x) { return broadcast(x.graph().constant(0), x.shape()); }

// The nodes that lie on a way from a variable to an output, in order, without the variables themselves. What
// a variable is computed from does not count.
Tensors path(std::span<const Tensor> outputs, std::span<const Tensor> wrt) {
  Graph& graph = outputs[0].graph();
  const NodeId size = graph.size();
  Marks variable(size), above(size), wanted(size);
  for (const Tensor x : wrt) variable.set(x);
  for (NodeId id = 0; id < size; ++id) {
    const Tensor node = graph.node(id);
    bool depends = variable[node];
    for (std::size_t i = 0; i < node.input_count() && !depends; ++i) depends = above[node.input(i)];
    if (depends) above.set(node);
  }
  for (const Tensor output : outputs) wanted.set(output);
  Tensors nodes;
  for (NodeId id = size; id-- > 0;) {
    const Tensor node = graph.node(id);
    if (!wanted[node] || !above[node] || variable[node]) continue;
    nodes.push_back(node);
    for (std::size_t i = 0; i < node.input_count(); ++i) wanted.set(node.input(i));
  }
  return {nodes.rbegin(), nodes.rend()};
}

// What is built on such a node may in truth be built on the node's input: its derivative would be wrong without a word.
bool is_looked_through(Tensor x) {
  const auto* unary = std::get_if<op::Unary>(&x.op());
  return (unary && unary->function == op::UnaryFunction::negate) ||
         std::holds_alternative<op::Transpose>(x.op()) || std::holds_alternative<op::Reshape>(x.op()) ||
         std::holds_alternative<op::Broadcast>(x.op());
}

void check(std::span<const Tensor> outputs, std::span<const Tensor> wrt, const char* where) {
  if (outputs.empty()) throw Error(fmt::format("[{}] there is no output to derive.", where));
  for (const Tensor x : outputs)
    if (!x || &x.graph() != &outputs[0].graph())
      throw Error(fmt::format("[{}] output {} is not of the same graph as the first.", where, x.label()));
  for (const Tensor x : wrt) {
    if (!x || &x.graph() != &outputs[0].graph())
      throw Error(fmt::format("[{}] {} is no variable of the outputs' graph.", where, x.label()));
    if (is_looked_through(x))
      throw Error(fmt::format(
          "[{}] {} cannot be a variable, because operations look through it to {}. Derive by that.", where,
          x.label(), x.input(0).label()));
  }
}

void check_match(std::span<const Tensor> directions, std::span<const Tensor> like, const char* where,
                 const char* what) {
  if (directions.size() != like.size())
    throw Error(fmt::format("[{}] {} {} for {} tensors.", where, directions.size(), what, like.size()));
  for (const Tensor x : directions)
    if (x && !like.empty() && &x.graph() != &like[0].graph())
      throw Error(fmt::format("[{}] {} belongs to another graph.", where, x.label()));
  for (std::size_t i = 0; i < like.size(); ++i)
    if (directions[i] && directions[i].shape() != like[i].shape())
      throw Error(fmt::format("[{}] {} has shape {}, but {} of shape {} belongs to it.", where,
                              like[i].label(), like[i].shape().to_string(), directions[i].label(),
                              directions[i].shape().to_string()));
}

void accumulate(Tensor& total, Tensor term) {
  if (term) total = total ? total + term : term;
}

}  // namespace

std::vector<Tensor> vjp(std::span<const Tensor> outputs, std::span<const Tensor> wrt,
                        std::span<const Tensor> cotangents) {
  check(outputs, wrt, "vjp");
  check_match(cotangents, outputs, "vjp", "cotangents");
  const Tensors nodes = path(outputs, wrt);
  const NodeId size = outputs[0].graph().size();
  Marks reached(size);
  for (const Tensor node : nodes) reached.set(node);
  for (const Tensor x : wrt) reached.set(x);

  Derivatives cotangent(size);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (reached[outputs[i]]) accumulate(cotangent[outputs[i]], cotangents[i]);
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const Tensor g = cotangent[*node];
    if (!g) continue;
    const Tensors x = inputs_of(*node);
    for (std::size_t i = 0; i < x.size(); ++i)
      if (reached[x[i]])
        accumulate(
            cotangent[x[i]],
            std::visit([&](const auto& op) { return rules::pull_back(op, *node, x, g, i); }, node->op()));
  }
  Tensors result;
  for (const Tensor x : wrt) result.push_back(cotangent[x] ? cotangent[x] : zeros_like(x));
  return result;
}

std::vector<Tensor> jvp(std::span<const Tensor> outputs, std::span<const Tensor> wrt,
                        std::span<const Tensor> directions) {
  check(outputs, wrt, "jvp");
  check_match(directions, wrt, "jvp", "directions");
  const Tensors nodes = path(outputs, wrt);
  Derivatives tangent(outputs[0].graph().size());
  for (std::size_t i = 0; i < wrt.size(); ++i) accumulate(tangent[wrt[i]], directions[i]);
  for (const Tensor node : nodes) {
    const Tensors x = inputs_of(node);
    Tensors dx;
    bool moves = false;
    for (const Tensor input : x) moves |= static_cast<bool>(dx.emplace_back(tangent[input]));
    if (moves)
      tangent[node] =
          std::visit([&](const auto& op) { return rules::push_forward(op, node, x, dx); }, node.op());
  }
  Tensors result;
  for (const Tensor y : outputs) result.push_back(tangent[y] ? tangent[y] : zeros_like(y));
  return result;
}

std::vector<Tensor> grad(Tensor loss, std::span<const Tensor> wrt) {
  const std::array outputs{loss};
  check(outputs, wrt, "grad");
  if (loss.shape().rank() != 0)
    throw Error(
        fmt::format("[grad] the loss must be a scalar; {} has shape {}. Take its mean or sum, or use vjp.",
                    loss.label(), loss.shape().to_string()));
  const std::array one{loss.graph().constant(1)};
  return vjp(outputs, wrt, one);
}

std::vector<Tensor> hvp(Tensor loss, std::span<const Tensor> wrt, std::span<const Tensor> directions) {
  return jvp(grad(loss, wrt), wrt, directions);
}

std::vector<Tensor> gauss_newton(Tensor loss, Tensor z, std::span<const Tensor> wrt,
                                 std::span<const Tensor> directions) {
  const std::array outputs{z};
  const Tensors jv = jvp(outputs, wrt, directions);
  const Tensors hjv = hvp(loss, outputs, jv);
  return vjp(outputs, wrt, hjv);
}

}  // namespace gradus
