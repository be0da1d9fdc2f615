#pragma once
#include <fstream>

#include "base/vector.h"
#include "tests/support/sanitized.h"

namespace gradus::test {

/// How many pages of memory this process has in use, without those that are parts of files; 0 under a sanitizer, whose own pages would be counted.
inline Index resident_pages() {
  if (sanitized) return 0;
  Index size = 0, resident = 0, of_files = 0;
  std::ifstream("/proc/self/statm") >> size >> resident >> of_files;
  return resident - of_files;
}

}  // namespace gradus::test
