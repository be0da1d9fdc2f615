// Operations that move elements and change none: linear, each with its adjoint.
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

void require(Tensor x, const char* where) {
  if (!x) throw Error(fmt::format("[{}] the operand is an empty tensor.", where));
}

Tensor add_node(op::Op op, Tensor x, Shape shape) {
  const std::array inputs{x};
  return x.graph().add(std::move(op), inputs, shape);
}

Shape resized(const Shape& shape, int axis, Index size) {
  std::vector<Index> sizes(shape.sizes().begin(), shape.sizes().end());
  sizes[static_cast<std::size_t>(axis)] = size;
  return Shape(sizes);
}

int axis_without_batch(int axis, const Shape& shape, const char* where) {
  axis = resolve_axis(axis, shape, where);
  if (shape[axis] == batch)
    throw Error(fmt::format("[{}] axis {} of {} is the batch, whose size the graph does not know.", where,
                            axis, shape.to_string()));
  return axis;
}

// The number of elements as (numbers, how often batch).
std::pair<Index, int> symbolic_elements(const Shape& shape) {
  const auto sizes = shape.sizes();
  return {shape.bound(1).elements(), static_cast<int>(std::ranges::count(sizes, batch))};
}

Tensor transpose(Tensor x, const std::array<int, Shape::max_rank>& order) {
  std::array<Index, Shape::max_rank> sizes{};
  for (int i = 0; i < x.shape().rank(); ++i)
    sizes[static_cast<std::size_t>(i)] = x.shape()[order[static_cast<std::size_t>(i)]];
  return add_node(op::Transpose{order}, x,
                  Shape(std::span(sizes.data(), static_cast<std::size_t>(x.shape().rank()))));
}

}  // namespace

Tensor broadcast(Tensor x, Shape shape) {
  require(x, "broadcast");
  if (x.shape() == shape) return x;
  if (broadcast_shape(x.shape(), shape, "broadcast") != shape)
    throw Error(fmt::format("[broadcast] {} has shape {}, which does not broadcast to {}.", x.label(),
                            x.shape().to_string(), shape.to_string()));
  if (std::holds_alternative<op::Broadcast>(x.op())) return broadcast(x.input(0), shape);
  return add_node(op::Broadcast{}, x, shape);
}

Tensor reshape(Tensor x, Shape shape) {
  require(x, "reshape");
  if (x.shape() == shape) return x;
  if (symbolic_elements(x.shape()) != symbolic_elements(shape))
    throw Error(fmt::format("[reshape] {} has shape {}, which has not as many elements as {}.", x.label(),
                            x.shape().to_string(), shape.to_string()));
  if (std::holds_alternative<op::Reshape>(x.op())) return reshape(x.input(0), shape);
  return add_node(op::Reshape{}, x, shape);
}

Tensor transpose(Tensor x) {
  require(x, "transpose");
  if (x.shape().rank() != 2)
    throw Error(fmt::format("[transpose] {} has shape {}; without an order of axes it must be a matrix.",
                            x.label(), x.shape().to_string()));
  return transpose(x, {1, 0});
}

Tensor transpose(Tensor x, std::initializer_list<int> order) {
  require(x, "transpose");
  std::vector<int> axes(order), sorted(order), all(static_cast<std::size_t>(x.shape().rank()));
  std::iota(all.begin(), all.end(), 0);
  std::ranges::sort(sorted);
  if (sorted != all)
    throw Error(fmt::format("[transpose] the order {{{}}} must name each axis of {} once.",
                            fmt::join(axes, ", "), x.shape().to_string()));
  if (axes == all) return x;
  std::array<int, Shape::max_rank> full{0, 1, 2, 3};
  std::ranges::copy(axes, full.begin());
  if (const auto* inner = std::get_if<op::Transpose>(&x.op())) {
    bool inverse = true;
    for (std::size_t i = 0; i < axes.size(); ++i)
      inverse &= inner->order[static_cast<std::size_t>(full[i])] == static_cast<int>(i);
    if (inverse) return x.input(0);
  }
  return transpose(x, full);
}

Tensor slice(Tensor x, int axis, Index start, Index stop) {
  require(x, "slice");
  axis = axis_without_batch(axis, x.shape(), "slice");
  if (start < 0 || stop > x.shape()[axis] || start >= stop)
    throw Error(fmt::format("[slice] {} … {} is no range of axis {} of {}, whose shape is {}.", start, stop,
                            axis, x.label(), x.shape().to_string()));
  if (stop - start == x.shape()[axis]) return x;
  return add_node(op::Slice{axis, start, stop}, x, resized(x.shape(), axis, stop - start));
}

Tensor pad(Tensor x, int axis, Index before, Index after) {
  require(x, "pad");
  axis = axis_without_batch(axis, x.shape(), "pad");
  if (before < 0 || after < 0)
    throw Error(
        fmt::format("[pad] the zeros before and after must be at least 0, not {} and {}.", before, after));
  if (before == 0 && after == 0) return x;
  return add_node(op::Pad{axis, before, after}, x,
                  resized(x.shape(), axis, before + x.shape()[axis] + after));
}

Tensor concatenate(std::span<const Tensor> parts, int axis) {
  if (parts.empty()) throw Error("[concatenate] there is nothing to concatenate.");
  for (const Tensor part : parts) require(part, "concatenate");
  const Shape first = parts[0].shape();
  axis = axis_without_batch(axis, first, "concatenate");
  Index total = 0;
  for (const Tensor part : parts) {
    if (part.shape().rank() != first.rank() || resized(part.shape(), axis, first[axis]) != first)
      throw Error(fmt::format("[concatenate] {} has shape {}, {} has {}: they may differ in axis {} only.",
                              parts[0].label(), first.to_string(), part.label(), part.shape().to_string(),
                              axis));
    axis_without_batch(axis, part.shape(), "concatenate");
    total += part.shape()[axis];
  }
  if (parts.size() == 1) return parts[0];
  return parts[0].graph().add(op::Concatenate{axis}, parts, resized(first, axis, total));
}

Tensor concatenate(std::initializer_list<Tensor> parts, int axis) {
  return concatenate(std::span(parts.begin(), parts.size()), axis);
}

namespace rules {

Tensor push_forward(const op::Broadcast&, Tensor y, Tensors, Tensors dx) {
  return broadcast(dx[0], y.shape());
}
Tensor pull_back(const op::Broadcast&, Tensor y, Tensors x, Tensor g, std::size_t) {
  const Shape &small = x[0].shape(), &large = y.shape();
  for (int axis = large.rank() - 1; axis >= 0; --axis) {
    const int in_small = axis - (large.rank() - small.rank());
    if (in_small < 0 || small[in_small] != large[axis]) g = sum(g, {axis});
  }
  return reshape(g, small);
}

Tensor push_forward(const op::Reshape&, Tensor y, Tensors, Tensors dx) { return reshape(dx[0], y.shape()); }
Tensor pull_back(const op::Reshape&, Tensor, Tensors x, Tensor g, std::size_t) {
  return reshape(g, x[0].shape());
}

Tensor push_forward(const op::Transpose& op, Tensor, Tensors, Tensors dx) {
  return transpose(dx[0], op.order);
}
Tensor pull_back(const op::Transpose& op, Tensor, Tensors, Tensor g, std::size_t) {
  std::array<int, Shape::max_rank> inverse{};
  for (std::size_t i = 0; i < inverse.size(); ++i)
    inverse[static_cast<std::size_t>(op.order[i])] = static_cast<int>(i);
  return transpose(g, inverse);
}

Tensor push_forward(const op::Slice& op, Tensor, Tensors, Tensors dx) {
  return slice(dx[0], op.axis, op.start, op.stop);
}
Tensor pull_back(const op::Slice& op, Tensor, Tensors x, Tensor g, std::size_t) {
  return pad(g, op.axis, op.start, x[0].shape()[op.axis] - op.stop);
}

Tensor push_forward(const op::Pad& op, Tensor, Tensors, Tensors dx) {
  return pad(dx[0], op.axis, op.before, op.after);
}
Tensor pull_back(const op::Pad& op, Tensor, Tensors x, Tensor g, std::size_t) {
  return slice(g, op.axis, op.before, op.before + x[0].shape()[op.axis]);
}

Tensor push_forward(const op::Concatenate& op, Tensor y, Tensors x, Tensors dx) {
  std::vector<Tensor> parts(dx.begin(), dx.end());
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!parts[i]) parts[i] = broadcast(y.graph().constant(0), x[i].shape());
  return concatenate(parts, op.axis);
}
Tensor pull_back(const op::Concatenate& op, Tensor, Tensors x, Tensor g, std::size_t i) {
  Index start = 0;
  for (std::size_t before = 0; before < i; ++before) start += x[before].shape()[op.axis];
  return slice(g, op.axis, start, start + x[i].shape()[op.axis]);
}

}  // namespace rules
}  // namespace gradus
