#pragma once
#include <functional>
#include <vector>

namespace gradus::bench {

/// Seconds of one call, and the moments in which they were taken.
struct Measurement {
  double median = 0, least = 0, quarter = 0, three_quarters = 0;
  int calls = 0;
  double gigaflops = 0;  ///< of the processors at work in these moments, median
  int refused = 0;       ///< slices that did not count
};

Measurement summary_of(std::vector<double> seconds);

/// What `threads` processors do together just now, in 10⁹ floating-point operations a second, fused multiply-adds of eight
/// floats on registers: the best of some milliseconds.
double processor_speed(int threads);

/// Calls `work` for `seconds` of counted time and at least five calls, after a warm-up. A slice of calls counts where
/// processor_speed was, before and after it, at least $PEER_PROBE_MIN for each thread; after long enough without, any.
Measurement measure(int threads, double seconds, const std::function<void()>& work);

}  // namespace gradus::bench
