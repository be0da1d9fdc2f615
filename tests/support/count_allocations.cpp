#include "tests/support/count_allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

#include "base/threads.h"

namespace {

std::atomic<std::int64_t> count{0};

void* allocate(std::size_t size, std::size_t alignment) {
  ++count;
  // A size of aligned memory is a multiple of its alignment.
  void* p = alignment == 0 ? std::malloc(size == 0 ? 1 : size)
                           : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

}  // namespace

namespace gradus::test {

std::int64_t allocations() {
  // What the first parallel loop of a process allocates, its threads, is there before anything is counted.
  static const bool started = (parallel_for(1 << 20, 1, [](Index, Index) {}), true);
  static_cast<void>(started);
  return count.load();
}

}  // namespace gradus::test

// All other forms call these; nothrow new, which sorting uses, would be the address sanitizer's own.
void* operator new(std::size_t size) { return allocate(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept try {
  return allocate(size, 0);
} catch (const std::bad_alloc&) {
  return nullptr;
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
