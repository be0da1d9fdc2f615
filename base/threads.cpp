#include "base/threads.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <mutex>

#include "base/blas_threads.h"
#include "base/crew.h"
#include "base/error.h"
#include "base/log.h"

namespace gradus {
namespace {

constexpr int most_threads = 1024;
std::atomic<int> limit{0};  // 0: not yet asked

int processors() {
  if (const char* asked = std::getenv("OMP_NUM_THREADS"))
    if (const int n = std::atoi(asked); n > 0) return std::min(n, most_threads);
  cpu_set_t allowed;
  return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
}

void log_once() {
  static const bool once = [] {
    log().debug("{}; each call of it runs on one thread, up to {} threads share the work", blas_description(),
                threads());
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

}  // namespace

int threads() {
  int n = limit.load(std::memory_order_relaxed);
  if (n == 0) limit.store(n = processors(), std::memory_order_relaxed);
  return n;
}

void set_threads(int n) {
  if (n < 1 || n > most_threads)
    throw Error(fmt::format("[set_threads] the number of threads must be at least 1 and at most {}, not {}.",
                            most_threads, n));
  limit.store(n, std::memory_order_relaxed);
}

void Team::barrier() const {
  if (size_ > 1) meeting_->wait(size_);
}

void Team::run(void (*body)(const void*, const Team&), const void* context, bool alone) {
  log_once();
  if (Working::here()) return body(context, Team(0, 1, nullptr));
  if (in_openmp_region()) {
    const Working alone_in_the_region;
    return body(context, Team(0, 1, nullptr));
  }
  const Places places(alone ? 1 : threads());
  const Working here;
  if (places.count() == 1) return body(context, Team(0, 1, nullptr));
  struct Work {
    void (*body)(const void*, const Team&);
    const void* context;
  };
  const Work work{body, context};
  const auto member = [](const void* w, int rank, int size, Meeting& meeting) noexcept {
    const auto& [run_body, its_context] = *static_cast<const Work*>(w);
    run_body(its_context, Team(rank, size, &meeting));
  };
  Crew::of_this_thread().run(member, &work, places.count());
}

}  // namespace gradus
