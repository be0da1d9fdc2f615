#pragma once
#include <array>
#include <initializer_list>
#include <span>
#include <string>

#include "../../base/vector.h"

namespace gradus {

/// Stands in a shape for the number of cases, which is known only when a plan is made.
inline constexpr Index batch = -1;

/// The sizes of a tensor's 0 to 4 dimensions, row-major. () is a scalar; (batch, 784) a row of 784 numbers
/// for each case. A size is at least 1, or `batch`; else Error.
class Shape {
 public:
  static constexpr int max_rank = 4;

  Shape() = default;
  Shape(std::initializer_list<Index> sizes) : Shape(std::span(sizes.begin(), sizes.size())) {}
  explicit Shape(std::span<const Index> sizes);

  int rank() const { return rank_; }
  Index operator[](int axis) const { return sizes_[static_cast<std::size_t>(axis)]; }
  std::span<const Index> sizes() const { return {sizes_.data(), static_cast<std::size_t>(rank_)}; }
  bool operator==(const Shape&) const = default;

  bool has_batch() const;
  /// The same shape with `batch` replaced by a number of cases.
  Shape bound(Index cases) const;
  /// The product of the sizes; of a shape without `batch`. Throws Error where it exceeds 2^63 − 1.
  Index elements() const;
  /// "(batch, 784)"
  std::string to_string() const;

 private:
  std::array<Index, max_rank> sizes_{};
  int rank_ = 0;
};

/// The shape that both broadcast to: aligned at the last axis, sizes equal or one of them 1. Throws Error
/// saying `where`.
Shape broadcast_shape(const Shape& a, const Shape& b, const char* where);

/// Resolves an axis counted from the front (0 …) or from the back (−1 …); throws Error saying `where`.
int resolve_axis(int axis, const Shape& shape, const char* where);

}  // namespace gradus
