#pragma once
#include <optional>
#include <span>
#include <vector>

#include "nn/graph/graph.h"

namespace gradus::program {

template <class Operation>
const Operation* as(Tensor x) {
  return std::get_if<Operation>(&x.op());
}

inline bool is_elementwise(Tensor x) { return as<op::Unary>(x) || as<op::Binary>(x) || as<op::Select>(x); }

/// What is known of each node before any step is made.
struct Facts {
  bool live = false;             ///< an output needs it
  bool output = false;           ///< it is an output
  bool varying = false;          ///< it belongs to the second phase
  bool product_sum = false;      ///< a sum of products that accumulate in one place
  std::optional<double> number;  ///< every element is this number
  std::vector<NodeId> users{};   ///< live nodes that it is an input of
  NodeId group = -1;             ///< of elementwise nodes: the node whose loop computes it
};

class Analysis {
 public:
  Analysis(std::span<const Tensor> outputs, Index cases, std::span<const Tensor> varying, bool fuse);

  const Facts& at(Tensor x) const { return nodes_[static_cast<std::size_t>(x.id())]; }
  Graph& graph() const { return graph_; }
  Index cases() const { return cases_; }
  Shape shape(Tensor x) const { return x.shape().bound(cases_); }

 private:
  Facts& of(Tensor x) { return nodes_[static_cast<std::size_t>(x.id())]; }
  void find_uses(Tensor x);
  void fold(Tensor x, bool all_varies);
  void find_product_sums(Tensor x);
  void find_group(Tensor x, bool fuse);

  Graph& graph_;
  Index cases_;
  std::vector<Facts> nodes_;
};

}  // namespace gradus::program
