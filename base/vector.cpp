#include "base/vector.h"

#include <sys/mman.h>

#include <new>

namespace gradus {
namespace {

constexpr std::size_t large = std::size_t{1} << 20, huge_page = std::size_t{2} << 20;
constexpr std::align_val_t line{64}, page{huge_page};

}  // namespace

void* allocate_aligned(std::size_t bytes) {
  if (bytes < large) return ::operator new(bytes, line);
  const std::size_t whole_pages = (bytes + huge_page - 1) / huge_page * huge_page;
  void* const memory = ::operator new(whole_pages, page);
  madvise(memory, whole_pages, MADV_HUGEPAGE);  // no harm where it is refused
  return memory;
}

void deallocate_aligned(void* memory, std::size_t bytes) noexcept {
  if (bytes < large)
    ::operator delete(memory, line);
  else
    ::operator delete(memory, page);
}

}  // namespace gradus
