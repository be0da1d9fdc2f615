#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gradus {

using Index = std::int64_t;

/// Memory on 64-byte boundaries: a cache line, and the widest vector register. From a MiB on it comes in pages of 2 MiB
/// where the system has them: it is touched and walked through several times faster. Throws std::bad_alloc.
void* allocate_aligned(std::size_t bytes);
void deallocate_aligned(void* memory, std::size_t bytes) noexcept;
/// How many bytes are allocated so at the moment, in the whole process.
std::size_t aligned_bytes() noexcept;

/// The same for containers, whatever flags a file is compiled with.
template <class T>
struct AlignedAllocator {
  using value_type = T;

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) noexcept {}

  T* allocate(std::size_t n) { return static_cast<T*>(allocate_aligned(n * sizeof(T))); }
  void deallocate(T* p, std::size_t n) noexcept { deallocate_aligned(p, n * sizeof(T)); }
  bool operator==(const AlignedAllocator&) const = default;
};

/// Parameters, gradients, directions and whatever else is a long vector of numbers.
template <class Scalar>
using Vector = std::vector<Scalar, AlignedAllocator<Scalar>>;

}  // namespace gradus
