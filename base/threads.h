#pragma once
#include <type_traits>

#include "vector.h"

namespace gradus {

/// How many threads one run may use: at first the processors this process may run on, or OMP_NUM_THREADS.
/// Results do not depend on it, to the last bit.
int threads();
/// Sets it, for the whole process; n ≥ 1, else throws Error.
void set_threads(int n);

/// The threads that run one piece of work together. They are OpenMP's, the same that an OpenMP build of BLAS uses, and
/// BLAS called from inside a team runs on the calling thread alone. Teams that run at the same time share threads()
/// between them: each gets its own calling thread and whatever others are free, so a process is never oversubscribed.
class Team {
 public:
  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Waits for all of the team.
  void barrier() const;

  /// Runs body(team) on up to threads() threads, or on this one alone when `alone`; returns when all are done.
  /// The body must not throw.
  template <class Body>
  static void run(Body&& body, bool alone = false) {
    run([](void* b, const Team& team) { (*static_cast<std::remove_reference_t<Body>*>(b))(team); }, &body, alone);
  }

 private:
  Team(int rank, int size) : rank_(rank), size_(size) {}
  static void run(void (*body)(void*, const Team&), void* context, bool alone);

  int rank_, size_;
};

/// Calls body(begin, end) for ranges that cover 0 … n, cut at multiples of `grain`, on the threads of a team.
template <class Body>
void parallel_for(Index n, Index grain, Body&& body) {
  const Index chunks = (n + grain - 1) / grain;
  Team::run(
      [&](const Team& team) {
        const Index first = chunks * team.rank() / team.size() * grain;
        const Index last = chunks * (team.rank() + 1) / team.size() * grain;
        if (first < n) body(first, last < n ? last : n);
      },
      chunks <= 1);
}

}  // namespace gradus
