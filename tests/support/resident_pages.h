#pragma once
#include <fstream>

#include "base/vector.h"

namespace gradus::test {

/// How many pages of memory this process has in use; 0 under a sanitizer, whose own pages would be counted.
inline Index resident_pages() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 0;
#endif
  Index size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident;
}

}  // namespace gradus::test
