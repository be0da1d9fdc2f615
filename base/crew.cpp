#include "base/crew.h"

#include <algorithm>
#include <system_error>
#include <thread>

namespace gradus {
namespace {

void pause() {
#ifdef __x86_64__
  __builtin_ia32_pause();
#endif
}

// Waits until the value is not `old`: a few ten microseconds awake, then asleep.
void wait_while(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  constexpr int spins = 2000;
  for (int i = 0; i < spins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

thread_local bool Working::here_ = false;

void Meeting::wait(int size) {
  const std::uint32_t number = number_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 < size) return wait_while(number_, number);
  arrived_.store(0, std::memory_order_relaxed);
  number_.store(number + 1);  // sequentially consistent, lest notify_all looks for sleepers too early
  number_.notify_all();
}

class Crew::Helper {
 public:
  explicit Helper(int rank) : thread_([this, rank] { work(rank); }) {}
  ~Helper() {
    start(nullptr, nullptr, 0, nullptr);
    thread_.join();
  }

  void start(Body body, const void* context, int size, Meeting* meeting) {
    body_ = body;
    context_ = context;
    size_ = size;
    meeting_ = meeting;
    jobs_.fetch_add(1);
    jobs_.notify_one();
  }

 private:
  void work(int rank) {
    const Working here;
    for (std::uint32_t done = 0;; ++done) {
      wait_while(jobs_, done);
      if (!body_) return;
      Meeting& meeting = *meeting_;
      const int size = size_;
      body_(context_, rank, size, meeting);
      meeting.wait(size);
    }
  }

  Body body_ = nullptr;
  const void* context_ = nullptr;
  int size_ = 0;
  Meeting* meeting_ = nullptr;
  alignas(64) std::atomic<std::uint32_t> jobs_{0};
  std::thread thread_;  // last: it uses what stands above
};

Crew& Crew::of_this_thread() {
  static thread_local Crew crew;
  return crew;
}

Crew::~Crew() = default;

// How many there are then, at most `size`.
int Crew::grow_to(int size) {
  const auto here = [this] { return static_cast<int>(helpers_.size()) + 1; };
  try {
    while (here() < size) helpers_.push_back(std::make_unique<Helper>(here()));
  } catch (const std::system_error&) {  // the system has no more threads for us
  }
  return std::min(size, here());
}

void Crew::run(Body body, const void* context, int size) {
  size = grow_to(size);
  for (int rank = 1; rank < size; ++rank)
    helpers_[static_cast<std::size_t>(rank) - 1]->start(body, context, size, &meeting_);
  body(context, 0, size, meeting_);
  meeting_.wait(size);
}

}  // namespace gradus
