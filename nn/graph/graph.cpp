#include "nn/graph/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <deque>
#include <unordered_map>

#include "base/error.h"

namespace gradus {

struct Graph::Node {
  op::Op op;
  std::vector<NodeId> inputs;
  Shape shape;
  bool operator==(const Node&) const = default;
};

struct Graph::Nodes {
  std::deque<Node> list;  // references to a node stay valid while others are added
  std::unordered_multimap<std::size_t, NodeId> by_hash;
};

namespace {

void mix(std::size_t& hash, std::size_t value) {
  hash ^= value + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
}

std::size_t hash_of(const op::Op& op, std::span<const Tensor> inputs, const Shape& shape) {
  std::size_t hash = op.index();
  if (const auto* unary = std::get_if<op::Unary>(&op)) {
    mix(hash, static_cast<std::size_t>(unary->function));
    mix(hash, std::bit_cast<std::size_t>(unary->parameter));
  } else if (const auto* binary = std::get_if<op::Binary>(&op)) {
    mix(hash, static_cast<std::size_t>(binary->function));
  } else if (const auto* constant = std::get_if<op::Constant>(&op)) {
    mix(hash, std::bit_cast<std::size_t>(constant->value));
  }
  for (const Tensor& input : inputs) mix(hash, static_cast<std::size_t>(input.id()));
  for (const Index size : shape.sizes()) mix(hash, static_cast<std::size_t>(size));
  return hash;
}

}  // namespace

Graph::Graph() : nodes_(std::make_unique<Nodes>()) {}
Graph::~Graph() = default;

NodeId Graph::size() const { return static_cast<NodeId>(nodes_->list.size()); }

Tensor Graph::input(std::string name, Shape shape) {
  for (const Node& node : nodes_->list)
    if (const auto* other = std::get_if<op::Input>(&node.op); other && other->name == name)
      throw Error(fmt::format(
          "[input] this graph has an input named \"{}\" already, of shape {}. Choose another name.", name,
          node.shape.to_string()));
  return add(op::Input{std::move(name)}, {}, shape);
}

Tensor Graph::constant(double value) { return add(op::Constant{value}, {}, {}); }

Tensor Graph::batch_size() { return add(op::BatchSize{}, {}, {}); }

Tensor Graph::add(op::Op op, std::span<const Tensor> inputs, Shape shape) {
  for (const Tensor& input : inputs) {
    if (!input) throw Error(fmt::format("[{}] an operand is an empty tensor.", op::name(op)));
    if (&input.graph() != this)
      throw Error(
          fmt::format("[{}] {} belongs to another graph. All operands of an operation must be of one graph.",
                      op::name(op), input.label()));
  }
  const std::size_t hash = hash_of(op, inputs, shape);
  Node node{std::move(op), {}, shape};
  node.inputs.reserve(inputs.size());
  for (const Tensor& input : inputs) node.inputs.push_back(input.id());
  const auto [first, last] = nodes_->by_hash.equal_range(hash);
  for (auto i = first; i != last; ++i)
    if (nodes_->list[static_cast<std::size_t>(i->second)] == node) return Tensor(this, i->second);
  const NodeId id = size();
  nodes_->list.push_back(std::move(node));
  nodes_->by_hash.emplace(hash, id);
  return Tensor(this, id);
}

const Shape& Tensor::shape() const { return graph_->nodes_->list[static_cast<std::size_t>(id_)].shape; }
const op::Op& Tensor::op() const { return graph_->nodes_->list[static_cast<std::size_t>(id_)].op; }
std::size_t Tensor::input_count() const {
  return graph_->nodes_->list[static_cast<std::size_t>(id_)].inputs.size();
}
Tensor Tensor::input(std::size_t i) const {
  return Tensor(graph_, graph_->nodes_->list[static_cast<std::size_t>(id_)].inputs[i]);
}

std::string Tensor::label() const {
  if (!graph_) return "(empty)";
  if (const auto* named = std::get_if<op::Input>(&op())) return named->name;
  return fmt::format("{} #{}", op::name(op()), id_);
}

}  // namespace gradus
