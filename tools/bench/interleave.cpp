#include "tools/bench/interleave.h"

#include <algorithm>
#include <chrono>

namespace gradus::bench {
namespace {

// At first a piece's threads wake up, while OpenMP's, which BLAS has used before, still spin: that is not counted, but in
// calls so long that it does not matter.
constexpr double settling = 0.006, turn = 0.006, long_call = 0.06;
constexpr int least_turns = 2;

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
  std::vector<std::vector<double>> times(pieces.size());
  const double start = now();
  for (std::size_t turns = 1; turns <= least_turns || now() - start < seconds; ++turns)
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const std::size_t counted = times[i].size();
      const double begin = now();
      for (double before = begin; before - begin < settling + turn || times[i].size() == counted;) {
        pieces[i]();
        const double after = now();
        if (before - begin >= settling || (turns > 1 && after - before >= long_call))
          times[i].push_back(after - before);
        before = after;
      }
    }
  std::vector<Timing> result;
  for (const auto& of_piece : times) result.push_back(summary(of_piece));
  return result;
}

}  // namespace gradus::bench
