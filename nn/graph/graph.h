#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "op.h"
#include "shape.h"

namespace gradus {

class Graph;
using NodeId = std::int32_t;

/// A handle to a node of a graph: an expression, without numbers and without a number type. Cheap to copy;
/// valid as long as its graph lives. The operations on tensors are in ops.h. An empty tensor stands for an
/// absent derivative: zero.
class Tensor {
 public:
  Tensor() = default;
  explicit operator bool() const { return graph_ != nullptr; }
  /// The same node; not the same values (that is ops.h's equal).
  bool operator==(const Tensor&) const = default;

  Graph& graph() const { return *graph_; }
  NodeId id() const { return id_; }
  const Shape& shape() const;
  const op::Op& op() const;
  /// What this node is computed from.
  Tensor input(std::size_t i) const;
  std::size_t input_count() const;
  /// How messages and prints call it: an input's name, else "matmul #12".
  std::string label() const;

 private:
  friend class Graph;
  Tensor(Graph* graph, NodeId id) : graph_(graph), id_(id) {}

  Graph* graph_ = nullptr;
  NodeId id_ = -1;
};

/// An append-only arena of nodes. A node's inputs have smaller numbers than the node. Equal expressions are
/// one node, so that a loss, its gradient and its curvature products share everything that they have in
/// common.
class Graph {
 public:
  Graph();
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  /// A value that is given from outside when a plan runs. Two inputs are never the same node; their names
  /// must differ.
  Tensor input(std::string name, Shape shape);
  Tensor constant(double value);
  /// The number of cases, as a scalar.
  Tensor batch_size();

  NodeId size() const;
  Tensor node(NodeId id) { return Tensor(this, id); }

  /// The node of this operation, a new one if there is none. For the operations in ops.h, which check shapes.
  Tensor add(op::Op op, std::span<const Tensor> inputs, Shape shape);

 private:
  friend class Tensor;
  struct Node;
  struct Nodes;
  std::unique_ptr<Nodes> nodes_;
};

}  // namespace gradus
