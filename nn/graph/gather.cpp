// Choosing by an index: a pick, and the unit vectors that are its adjoint.
#include <fmt/format.h>

#include <array>
#include <vector>

#include "base/error.h"
#include "nn/graph/ops.h"
#include "nn/graph/rules.h"

namespace gradus {

Tensor gather(Tensor x, Tensor index) {
  if (!x || !index) throw Error("[gather] an operand is an empty tensor.");
  const auto sizes = x.shape().sizes();
  if (sizes.empty() || Shape(sizes.first(sizes.size() - 1)) != index.shape())
    throw Error(
        fmt::format("[gather] {} has shape {}; for an index {} of shape {} it needs these axes and one more, "
                    "to choose from.",
                    x.label(), x.shape().to_string(), index.label(), index.shape().to_string()));
  if (sizes.back() == batch)
    throw Error(fmt::format(
        "[gather] the last axis of {}, to choose from, is the batch, whose size the graph does not know.",
        x.label()));
  const std::array inputs{x, index};
  return x.graph().add(op::Gather{}, inputs, index.shape());
}

Tensor one_hot(Tensor index, Index classes) {
  if (!index) throw Error("[one-hot] the index is an empty tensor.");
  if (classes < 1)
    throw Error(fmt::format("[one-hot] the number of classes must be at least 1, not {}.", classes));
  std::vector<Index> sizes(index.shape().sizes().begin(), index.shape().sizes().end());
  sizes.push_back(classes);
  const std::array inputs{index};
  return index.graph().add(op::OneHot{classes}, inputs, Shape(sizes));
}

namespace rules {

Tensor push_forward(const op::Gather&, Tensor, Tensors x, Tensors dx) {
  return dx[0] ? gather(dx[0], x[1]) : Tensor();
}

Tensor pull_back(const op::Gather&, Tensor, Tensors x, Tensor g, std::size_t i) {
  if (i == 1) return {};
  std::vector<Index> sizes(g.shape().sizes().begin(), g.shape().sizes().end());
  sizes.push_back(1);
  return one_hot(x[1], x[0].shape()[x[0].shape().rank() - 1]) * reshape(g, Shape(sizes));
}

}  // namespace rules
}  // namespace gradus
