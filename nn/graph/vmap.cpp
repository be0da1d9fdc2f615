#include "nn/graph/vmap.h"

#include <fmt/format.h>

#include "base/error.h"
#include "nn/graph/ops.h"

namespace gradus {
namespace {

using Tensors = std::vector<Tensor>;

void check(std::span<const Tensor> inputs, std::span<const Tensors> arguments) {
  for (const Tensors& list : arguments) {
    if (list.size() != inputs.size())
      throw Error(fmt::format("[vmap] {} arguments for {} inputs.", list.size(), inputs.size()));
    for (std::size_t i = 0; i < list.size(); ++i)
      if (!list[i] || !inputs[i] || list[i].shape() != inputs[i].shape())
        throw Error(fmt::format("[vmap] the argument {} does not have the shape of the input {}.",
                                list[i].label(), inputs[i].label()));
  }
}

// Each node's values at all arguments; of a node that does not depend on the inputs, none.
class Values {
 public:
  Values(Graph& graph, std::size_t count) : count_(count), values_(static_cast<std::size_t>(graph.size())) {}
  Tensors& operator[](Tensor x) { return values_[static_cast<std::size_t>(x.id())]; }
  bool depends(Tensor x) { return !(*this)[x].empty(); }
  Tensor at(Tensor x, std::size_t j) { return depends(x) ? (*this)[x][j] : x; }
  std::size_t count() const { return count_; }

 private:
  std::size_t count_;
  std::vector<Tensors> values_;
};

Tensor turned(Tensor x, bool transposed) { return transposed ? transpose(x) : x; }

// op(A) op(B) with one factor that varies: all of them side by side, and the results cut apart.
bool multiply_together(Tensor y, const op::Matmul& op, Values& values) {
  const Tensor a = y.input(0), b = y.input(1);
  const bool right = values.depends(b);
  if (right == values.depends(a)) return false;
  const int axis = right ? (op.transpose_b ? 0 : 1) : (op.transpose_a ? 1 : 0);
  const Tensor varying = right ? b : a;
  const Index width = varying.shape()[axis];
  if (width == batch) return false;
  const Tensor all = concatenate(values[varying], axis);
  const Tensor product = right ? matmul(turned(a, op.transpose_a), turned(all, op.transpose_b))
                               : matmul(turned(all, op.transpose_a), turned(b, op.transpose_b));
  for (Index j = 0; j < static_cast<Index>(values.count()); ++j)
    values[y].push_back(slice(product, right ? 1 : 0, j * width, (j + 1) * width));
  return true;
}

void evaluate(Tensor y, Values& values) {
  if (const auto* op = std::get_if<op::Matmul>(&y.op()); op && multiply_together(y, *op, values)) return;
  for (std::size_t j = 0; j < values.count(); ++j) {
    Tensors inputs;
    for (std::size_t i = 0; i < y.input_count(); ++i) inputs.push_back(values.at(y.input(i), j));
    values[y].push_back(y.graph().add(y.op(), inputs, y.shape()));
  }
}

}  // namespace

std::vector<Tensors> vmap(std::span<const Tensor> outputs, std::span<const Tensor> inputs,
                          std::span<const Tensors> arguments) {
  check(inputs, arguments);
  std::vector<Tensors> results(arguments.size());
  if (outputs.empty() || arguments.empty()) return results;
  Graph& graph = outputs[0].graph();
  const NodeId size = graph.size();
  std::vector<bool> wanted(static_cast<std::size_t>(size));
  for (const Tensor y : outputs) wanted[static_cast<std::size_t>(y.id())] = true;
  for (NodeId id = size; id-- > 0;)
    for (std::size_t i = 0; wanted[static_cast<std::size_t>(id)] && i < graph.node(id).input_count(); ++i)
      wanted[static_cast<std::size_t>(graph.node(id).input(i).id())] = true;

  Values values(graph, arguments.size());
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (const Tensors& list : arguments) values[inputs[i]].push_back(list[i]);
  for (NodeId id = 0; id < size; ++id) {
    const Tensor y = graph.node(id);
    bool depends = false;
    for (std::size_t i = 0; i < y.input_count(); ++i) depends |= values.depends(y.input(i));
    if (depends && wanted[static_cast<std::size_t>(id)] && !values.depends(y)) evaluate(y, values);
  }
  for (std::size_t j = 0; j < arguments.size(); ++j)
    for (const Tensor y : outputs) results[j].push_back(values.at(y, j));
  return results;
}

}  // namespace gradus
