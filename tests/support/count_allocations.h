#pragma once
#include <cstdint>

namespace gradus::test {

/// How often this process has called operator new, in any form and from any thread. Counts in programs that
/// are linked with count_allocations.cpp, which replaces operator new.
std::int64_t allocations();

}  // namespace gradus::test
