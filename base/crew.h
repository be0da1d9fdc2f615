#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/blas_threads.h"

namespace gradus {

/// While it lives, this thread works for a team: BLAS stays on it, and teams that it asks for are itself alone.
class Working {
 public:
  Working() { here_ = true; }
  ~Working() { here_ = false; }
  Working(const Working&) = delete;
  Working& operator=(const Working&) = delete;
  static bool here() { return here_; }

 private:
  static thread_local bool here_;
  BlasAlone blas_;
};

/// Where threads meet: the last one to come lets the others go on. Who waits spins at first, since meetings are short and
/// frequent, and then sleeps: on a busy machine a waiting thread must not keep a working one from its processor.
class Meeting {
 public:
  void wait(int size);

 private:
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<std::uint32_t> number_{0};
};

/// The threads that help one calling thread. They start when they are first needed and end with the caller's thread.
class Crew {
 public:
  /// What each thread runs: its rank, from 0, how many there are, and where they meet.
  using Body = void (*)(const void* context, int rank, int size, Meeting& meeting) noexcept;

  static Crew& of_this_thread();
  ~Crew();

  /// Runs the body on the calling thread and on size − 1 helpers, or as many as the system lets start; returns when all
  /// are done.
  void run(Body body, const void* context, int size);

 private:
  class Helper;
  int grow_to(int size);
  Meeting meeting_;
  std::vector<std::unique_ptr<Helper>> helpers_;
};

}  // namespace gradus
