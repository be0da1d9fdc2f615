#include "tools/bench/gate.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "tools/bench/interleave.h"

namespace gradus::bench {
namespace {

using Lanes = float __attribute__((vector_size(32)));
constexpr int chains = 12;
constexpr long rounds = 400'000;

// Independent chains of multiply-adds, as many as keep the units busy. The result is read so that it is computed.
float multiply_and_add() {
  Lanes x[chains];
  for (int c = 0; c < chains; ++c) x[c] = Lanes{} + static_cast<float>(c);
  for (long i = 0; i < rounds; ++i)
    for (Lanes& lanes : x) lanes = lanes * 0.999F + 0.001F;
  float sum = 0;
  for (const Lanes& lanes : x) sum += lanes[0];
  return sum;
}

}  // namespace

Measurement summary_of(std::vector<double> seconds) {
  Measurement m;
  m.calls = static_cast<int>(seconds.size());
  if (seconds.empty()) return m;
  std::ranges::sort(seconds);
  const auto at = [&](double share) {
    return seconds[static_cast<std::size_t>(share * static_cast<double>(m.calls))];
  };
  m.least = seconds.front();
  m.quarter = at(0.25);
  m.median = at(0.5);
  m.three_quarters = at(0.75);
  return m;
}

double processor_speed(int threads) {
  constexpr int repetitions = 6;
  constexpr double operations = 2.0 * 8 * chains * static_cast<double>(rounds);
  std::barrier meeting(threads);
  double best = 0;
  const auto work = [&](bool first) {
    for (int i = 0; i < repetitions; ++i) {
      meeting.arrive_and_wait();
      const double begin = now();
      volatile float result = multiply_and_add();
      static_cast<void>(result);
      meeting.arrive_and_wait();
      if (first) best = std::max(best, 1e-9 * operations * threads / (now() - begin));
    }
  };
  std::vector<std::jthread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(work, false);
  work(true);
  return best;
}

Measurement measure(int threads, double seconds, const std::function<void()>& work) {
  constexpr double warm_up = 0.2, slice = 0.15;
  constexpr std::size_t least_calls = 5;
  const char* const asked = std::getenv("PEER_PROBE_MIN");
  const double enough = asked ? std::atof(asked) * threads : 0;
  const double start = now(), patience = 6 * seconds + 10;

  int calls = 0;
  while (calls < 2 || now() - start < warm_up) work(), ++calls;

  std::vector<double> counted, speeds;
  double counted_seconds = 0, before = processor_speed(threads);
  int refused = 0;
  while (counted_seconds < seconds || counted.size() < least_calls) {
    const bool patient = now() - start < patience;
    std::vector<double> times;
    const double begin = now();
    if (before >= enough || !patient) {
      work();  // after the probe, caches and threads are cold
      for (double last = now(); times.empty() || last - begin < slice;) {
        work();
        const double end = now();
        times.push_back(end - last);
        last = end;
      }
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const double spent = now() - begin, after = processor_speed(threads), speed = std::min(before, after);
    if (!times.empty() && (speed >= enough || !patient)) {
      counted.insert(counted.end(), times.begin(), times.end());
      counted_seconds += spent;
      speeds.push_back(speed);
    } else {
      ++refused;
    }
    before = after;
  }
  Measurement m = summary_of(counted);
  m.gigaflops = summary(speeds).median;
  m.refused = refused;
  return m;
}

}  // namespace gradus::bench
