#include "tools/bench/interleave.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace gradus::bench {
namespace {

constexpr double turn = 0.006;
constexpr int least_turns = 2;
// OpenMP's threads go on spinning for a while after BLAS has used them, on processors that the next piece needs.
constexpr auto rest = std::chrono::milliseconds(10);

}  // namespace

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Timing summary(std::vector<double> seconds) {
  if (seconds.empty()) return {};
  std::ranges::sort(seconds);
  return {seconds[seconds.size() / 2], seconds.front()};
}

std::vector<Timing> interleave(std::span<const Work> pieces, double seconds) {
  for (const Work& work : pieces) work();
  std::vector<std::vector<double>> times(pieces.size());
  const double start = now();
  for (int turns = 0; turns < least_turns || now() - start < seconds; ++turns)
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      std::this_thread::sleep_for(rest);
      const double begin = now();
      for (double before = begin; before - begin < turn;) {
        pieces[i]();
        const double after = now();
        if (before > begin || after - before >= turn) times[i].push_back(after - before);
        before = after;
      }
    }
  std::vector<Timing> result;
  for (const auto& of_piece : times) result.push_back(summary(of_piece));
  return result;
}

}  // namespace gradus::bench
