#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <type_traits>

#include "vector.h"

namespace gradus {

/// How many threads one run may use: at first OMP_NUM_THREADS, or the processors that this process may run on
/// (of a container the processors, not its quota of time).
/// Results do not depend on it, to the last bit.
int threads();
/// Sets it, for the whole process; 1 ≤ n ≤ 1024, else throws Error.
void set_threads(int n);

class Meeting;

/// The threads that run one piece of work together: the caller and helpers that wait for it. BLAS called from inside a
/// team runs on the calling thread alone, so these threads are all that there are. Teams that run at the same time share
/// threads() between them: each takes the places that are free and not waited for, or waits for one, so gradus never uses
/// more processors than it may. A pthread build of OpenBLAS, whose number of threads is one for the whole process, is set
/// to one thread for good.
class Team {
 public:
  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Waits for all of the team.
  void barrier() const;

  /// Runs body(team) on up to threads() threads (fewer where the system cannot start as many), or on this one
  /// alone when `alone`; returns when all are done. Inside of a team, and inside of an OpenMP parallel region of the caller's, it runs on this one
  /// alone. The body must not throw.
  template <class Body>
  static void run(Body&& body, bool alone = false) {
    const auto call = [](const void* b, const Team& team) {
      (*static_cast<std::remove_reference_t<Body>*>(const_cast<void*>(b)))(team);
    };
    run(call, std::addressof(body), alone);
  }

 private:
  Team(int rank, int size, Meeting* meeting) : rank_(rank), size_(size), meeting_(meeting) {}
  static void run(void (*body)(const void*, const Team&), const void* context, bool alone);

  int rank_, size_;
  Meeting* meeting_;
};

/// Calls body(begin, end) for ranges that together cover 0 … n−1 once, cut only at multiples of `grain` ≥ 1,
/// on the threads of a team. The body must not throw.
template <class Body>
void parallel_for(Index n, Index grain, Body&& body) {
  const Index chunks = (n + grain - 1) / grain;
  Team::run(
      [&](const Team& team) {
        const Index first = chunks * team.rank() / team.size() * grain;
        const Index last = std::min(chunks * (team.rank() + 1) / team.size() * grain, n);
        if (first < last) body(first, last);
      },
      chunks <= 1);
}

/// Calls body(i) for i = 0 … n−1, of little work each, on the threads of a team. The body must not throw.
template <class Body>
void parallel_for_each(Index n, Body&& body) {
  parallel_for(n, 4096, [&](Index begin, Index end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) body(i);
  });
}

/// Adds up body(begin, end), from Sum{} on, for ranges that together cover 0 … n−1, cut only at multiples of `grain` ≥ 1:
/// the same ranges in the same order on any number of threads, at most 64. The body must not throw.
template <class Sum, class Body>
Sum parallel_sum(Index n, Index grain, Body&& body) {
  constexpr Index most_parts = 64;
  const Index part = std::max<Index>(1, (n + most_parts * grain - 1) / (most_parts * grain)) * grain;
  std::array<Sum, most_parts> sums{};
  parallel_for(n, part, [&](Index begin, Index end) {
    for (Index i = begin; i < end; i += part)
      sums[static_cast<std::size_t>(i / part)] = body(i, std::min(i + part, end));
  });
  Sum total{};
  for (Index i = 0; i < n; i += part) total += sums[static_cast<std::size_t>(i / part)];
  return total;
}

}  // namespace gradus
