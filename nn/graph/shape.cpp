#include "nn/graph/shape.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace gradus {

Shape::Shape(std::span<const Index> sizes) {
  if (sizes.size() > max_rank)
    throw Error(fmt::format("[shape] a tensor has at most {} dimensions, not {}.", max_rank, sizes.size()));
  for (const Index size : sizes)
    if (size < 1 && size != batch)
      throw Error(fmt::format("[shape] a size must be at least 1, or batch, not {}.", size));
  std::ranges::copy(sizes, sizes_.begin());
  rank_ = static_cast<int>(sizes.size());
}

bool Shape::has_batch() const { return std::ranges::find(sizes(), batch) != sizes().end(); }

Shape Shape::bound(Index cases) const {
  Shape result = *this;
  std::ranges::replace(result.sizes_, batch, cases);
  return result;
}

Index Shape::elements() const {
  Index n = 1;
  for (const Index size : sizes()) {
    if (size == batch) throw Error(fmt::format("[shape] {} has no number of elements yet.", to_string()));
    if (__builtin_mul_overflow(n, size, &n))
      throw Error(fmt::format("[shape] {} has more elements than can be counted.", to_string()));
  }
  return n;
}

std::string Shape::to_string() const {
  std::string text = "(";
  for (int axis = 0; axis < rank_; ++axis) {
    if (axis > 0) text += ", ";
    text += (*this)[axis] == batch ? "batch" : std::to_string((*this)[axis]);
  }
  return text + ")";
}

Shape broadcast_shape(const Shape& a, const Shape& b, const char* where) {
  const int rank = std::max(a.rank(), b.rank());
  std::array<Index, Shape::max_rank> sizes{};
  for (int from_end = 1; from_end <= rank; ++from_end) {
    const Index p = from_end <= a.rank() ? a[a.rank() - from_end] : 1;
    const Index q = from_end <= b.rank() ? b[b.rank() - from_end] : 1;
    if (p != q && p != 1 && q != 1)
      throw Error(fmt::format(
          "[{}] shapes {} and {} do not go together: counted from the last axis, sizes must be equal "
          "or one of them 1.",
          where, a.to_string(), b.to_string()));
    sizes[static_cast<std::size_t>(rank - from_end)] = p == 1 ? q : p;
  }
  return Shape(std::span(sizes.data(), static_cast<std::size_t>(rank)));
}

int resolve_axis(int axis, const Shape& shape, const char* where) {
  const int resolved = axis < 0 ? axis + shape.rank() : axis;
  if (resolved < 0 || resolved >= shape.rank())
    throw Error(fmt::format("[{}] axis {} does not exist in shape {}.", where, axis, shape.to_string()));
  return resolved;
}

}  // namespace gradus
