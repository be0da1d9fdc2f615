#include "base/threads.h"

#include <fmt/format.h>
#include <omp.h>
#include <openblas_config.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "base/error.h"
#include "base/log.h"

extern "C" {
int openblas_get_parallel(void);
char* openblas_get_config(void);
void openblas_set_num_threads(int);
}

namespace gradus {
namespace {

constexpr int built_with_pthreads = 1;

std::atomic<int> limit{0};  // 0: not yet asked
thread_local bool working = false;

// An OpenMP build of BLAS obeys the calling thread's OpenMP setting; a pthread build has one setting for the
// process, and threads of its own that would compete with ours.
void prepare_blas() {
  static const bool once = [] {
    const bool pthreads = openblas_get_parallel() == built_with_pthreads;
    if (pthreads) openblas_set_num_threads(1);
    log().debug("{}, {}; one call of it runs on one thread, {} threads share the work", openblas_get_config(),
                pthreads ? "pthread build" : "OpenMP or serial build", threads());
    return true;
  }();
  static_cast<void>(once);
}

// Takes a place for the caller and others for its team, as many as are free and not waited for. Callers are served in the
// order in which they came.
class Places {
 public:
  explicit Places(int wanted) {
    std::unique_lock lock(mutex);
    const std::uint64_t ticket = next_ticket++;
    changed.wait(lock, [ticket] { return ticket == served && taken < threads(); });
    const auto waiting = static_cast<int>(next_ticket - ++served);
    count_ = std::clamp(threads() - taken - waiting, 1, wanted);
    taken += count_;
    if (waiting > 0) changed.notify_all();
  }
  ~Places() {
    const std::lock_guard lock(mutex);
    taken -= count_;
    if (next_ticket != served) changed.notify_all();
  }
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;
  int count() const { return count_; }

 private:
  static inline std::mutex mutex;
  static inline std::condition_variable changed;
  static inline std::uint64_t next_ticket = 0, served = 0;
  static inline int taken = 0;  // by members of all teams

  int count_;
};

// While the calling thread works for a team: BLAS, called outside of a parallel region, would start a team of
// its own.
class Working {
 public:
  Working() : threads_before_(omp_get_max_threads()) {
    omp_set_num_threads(1);
    working = true;
  }
  ~Working() {
    working = false;
    omp_set_num_threads(threads_before_);
  }
  Working(const Working&) = delete;
  Working& operator=(const Working&) = delete;

 private:
  int threads_before_;
};

}  // namespace

int threads() {
  int n = limit.load(std::memory_order_relaxed);
  if (n == 0) limit.store(n = omp_get_max_threads(), std::memory_order_relaxed);
  return n;
}

void set_threads(int n) {
  if (n < 1) throw Error(fmt::format("[set_threads] the number of threads must be at least 1, not {}.", n));
  limit.store(n, std::memory_order_relaxed);
}

void Team::barrier() const {
  if (size_ > 1) {
#pragma omp barrier
  }
}

void Team::run(void (*body)(const void*, const Team&), const void* context, bool alone) {
  prepare_blas();
  if (working || omp_in_parallel()) return body(context, Team(0, 1));
  const Places places(alone ? 1 : threads());
  const Working here;
  if (places.count() == 1) return body(context, Team(0, 1));
#pragma omp parallel num_threads(places.count())
  body(context, Team(omp_get_thread_num(), omp_get_num_threads()));
}

}  // namespace gradus
