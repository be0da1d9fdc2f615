#pragma once
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace gradus {

using Index = std::int64_t;

/// Allocates on 64-byte boundaries, a cache line and the widest vector register, whatever flags a file is
/// compiled with.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) noexcept {}

  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
  void deallocate(T* p, std::size_t) noexcept { ::operator delete(p, alignment); }
  bool operator==(const AlignedAllocator&) const = default;
};

/// Parameters, gradients, directions and whatever else is a long vector of numbers.
template <class Scalar>
using Vector = std::vector<Scalar, AlignedAllocator<Scalar>>;

}  // namespace gradus
