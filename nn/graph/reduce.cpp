// Sums, largest values and log Σ exp over axes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "nn/graph/ops.h"
#include "nn/graph/rules.h"

namespace gradus {
namespace {

std::vector<int> resolved(Tensor x, std::span<const int> axes, const char* where) {
  if (!x) throw Error(fmt::format("[{}] the operand is an empty tensor.", where));
  std::vector<int> list;
  for (const int axis : axes) list.push_back(resolve_axis(axis, x.shape(), where));
  std::ranges::sort(list);
  if (std::ranges::adjacent_find(list) != list.end())
    throw Error(fmt::format("[{}] axis {} is named twice.", where, *std::ranges::adjacent_find(list)));
  return list;
}

std::vector<int> all_axes(Tensor x) {
  std::vector<int> axes(x ? static_cast<std::size_t>(x.shape().rank()) : 0);
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

// The shape with the axes first … last − 1 gone, or of size 1.
Shape reduced(const Shape& shape, int first, int last, bool keep) {
  std::vector<Index> sizes;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool inside = first <= axis && axis < last;
    if (!inside || keep) sizes.push_back(inside ? 1 : shape[axis]);
  }
  return Shape(sizes);
}

template <class Operation>
Tensor reduce_run(Tensor x, int first, int last) {
  const std::array inputs{x};
  return x.graph().add(Operation{first, last}, inputs, reduced(x.shape(), first, last, false));
}

// One node for each run of neighbouring axes, from the last to the first.
template <class Operation>
Tensor reduce(Tensor x, const std::vector<int>& axes, bool keep) {
  Shape kept = x.shape();
  for (auto last = axes.rbegin(); last != axes.rend();) {
    auto first = last;
    while (std::next(first) != axes.rend() && *std::next(first) == *first - 1) ++first;
    kept = reduced(kept, *first, *last + 1, true);
    x = reduce_run<Operation>(x, *first, *last + 1);
    last = std::next(first);
  }
  return keep ? reshape(x, kept) : x;
}

// One node whatever the axes, so that all that are largest share the derivative equally.
Tensor max_over(Tensor x, const std::vector<int>& axes, bool keep) {
  const auto count = static_cast<int>(axes.size()), rank = x.shape().rank();
  if (count == 0 || axes.back() - axes.front() + 1 == count) return reduce<op::Max>(x, axes, keep);
  std::array<int, Shape::max_rank> order{0, 1, 2, 3};
  std::stable_partition(order.begin(), order.begin() + rank,
                        [&](int axis) { return !std::ranges::binary_search(axes, axis); });
  Shape kept = x.shape();
  for (const int axis : axes) kept = reduced(kept, axis, axis + 1, true);
  std::vector<Index> sizes;
  for (int i = 0; i < rank; ++i) sizes.push_back(x.shape()[order[static_cast<std::size_t>(i)]]);
  const std::array inputs{x};
  x = x.graph().add(op::Transpose{order}, inputs, Shape(sizes));
  x = reduce_run<op::Max>(x, rank - count, rank);
  return keep ? reshape(x, kept) : x;
}

Tensor mean_over(Tensor x, const std::vector<int>& axes, bool keep) {
  double numbers = 1;
  bool over_batch = false;
  for (const int axis : axes) {
    if (x.shape()[axis] == batch)
      over_batch = true;
    else
      numbers *= static_cast<double>(x.shape()[axis]);
  }
  const Tensor total = reduce<op::Sum>(x, axes, keep);
  return over_batch ? total / (x.graph().batch_size() * numbers) : total / numbers;
}

// Back to the shape of x: each reduced value stands at all the places that it came from.
Tensor spread(Tensor reduced_value, Tensor x, int first, int last) {
  return broadcast(reshape(reduced_value, reduced(x.shape(), first, last, true)), x.shape());
}

}  // namespace

Tensor sum(Tensor x) { return reduce<op::Sum>(x, resolved(x, all_axes(x), "sum"), false); }
Tensor sum(Tensor x, Axes axes, bool keep) { return reduce<op::Sum>(x, resolved(x, axes, "sum"), keep); }
Tensor mean(Tensor x) { return mean_over(x, resolved(x, all_axes(x), "mean"), false); }
Tensor mean(Tensor x, Axes axes, bool keep) { return mean_over(x, resolved(x, axes, "mean"), keep); }
Tensor max(Tensor x) { return max_over(x, resolved(x, all_axes(x), "max"), false); }
Tensor max(Tensor x, Axes axes, bool keep) { return max_over(x, resolved(x, axes, "max"), keep); }
Tensor min(Tensor x) { return -max(-x); }
Tensor min(Tensor x, Axes axes, bool keep) { return -max(-x, axes, keep); }
Tensor log_sum_exp(Tensor x, Axes axes, bool keep) {
  return reduce<op::LogSumExp>(x, resolved(x, axes, "log-sum-exp"), keep);
}
Tensor softmax(Tensor x, int axis) { return exp(log_softmax(x, axis)); }
// Shifted, so that logits of any size lose nothing: their common part is gone before it can round the rest away.
Tensor log_softmax(Tensor x, int axis) {
  const Tensor shifted = x - stop_gradient(max(x, {axis}, true));
  return shifted - log_sum_exp(shifted, {axis}, true);
}

namespace rules {

Tensor push_forward(const op::Sum& op, Tensor, Tensors, Tensors dx) {
  return reduce_run<op::Sum>(dx[0], op.first, op.last);
}
Tensor pull_back(const op::Sum& op, Tensor, Tensors x, Tensor g, std::size_t) {
  return spread(g, x[0], op.first, op.last);
}

namespace {
Tensor share_of_max(const op::Max& op, Tensor y, Tensor x) {
  const Tensor largest = equal(x, spread(y, x, op.first, op.last));
  return largest / spread(reduce_run<op::Sum>(largest, op.first, op.last), x, op.first, op.last);
}
Tensor probabilities(const op::LogSumExp& op, Tensor y, Tensor x) {
  return exp(x - spread(y, x, op.first, op.last));
}
}  // namespace

Tensor push_forward(const op::Max& op, Tensor y, Tensors x, Tensors dx) {
  return reduce_run<op::Sum>(share_of_max(op, y, x[0]) * dx[0], op.first, op.last);
}
Tensor pull_back(const op::Max& op, Tensor y, Tensors x, Tensor g, std::size_t) {
  return share_of_max(op, y, x[0]) * spread(g, x[0], op.first, op.last);
}

Tensor push_forward(const op::LogSumExp& op, Tensor y, Tensors x, Tensors dx) {
  return reduce_run<op::Sum>(probabilities(op, y, x[0]) * dx[0], op.first, op.last);
}
Tensor pull_back(const op::LogSumExp& op, Tensor y, Tensors x, Tensor g, std::size_t) {
  return probabilities(op, y, x[0]) * spread(g, x[0], op.first, op.last);
}

}  // namespace rules
}  // namespace gradus
