#include "base/vector.h"

#include <sys/mman.h>

#include <atomic>
#include <new>

namespace gradus {
namespace {

constexpr std::size_t large = std::size_t{1} << 20, huge_page = std::size_t{2} << 20;
constexpr std::align_val_t line{64}, page{huge_page};
std::atomic<std::size_t> in_use{0};

void* allocate(std::size_t bytes) {
  if (bytes < large) return ::operator new(bytes, line);
  const std::size_t whole_pages = (bytes + huge_page - 1) / huge_page * huge_page;
  void* const memory = ::operator new(whole_pages, page);
  madvise(memory, whole_pages, MADV_HUGEPAGE);  // no harm where it is refused
  return memory;
}

}  // namespace

void* allocate_aligned(std::size_t bytes) {
  void* const memory = allocate(bytes);
  in_use.fetch_add(bytes, std::memory_order_relaxed);
  return memory;
}

void deallocate_aligned(void* memory, std::size_t bytes) noexcept {
  in_use.fetch_sub(bytes, std::memory_order_relaxed);
  if (bytes < large)
    ::operator delete(memory, line);
  else
    ::operator delete(memory, page);
}

std::size_t aligned_bytes() noexcept { return in_use.load(std::memory_order_relaxed); }

}  // namespace gradus
