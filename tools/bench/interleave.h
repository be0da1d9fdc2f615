#pragma once
#include <functional>
#include <span>
#include <vector>

namespace gradus::bench {

using Work = std::function<void()>;

/// Seconds of one call.
struct Timing {
  double median = 0;
  double quickest = 0;  ///< in the machine's quietest moment
};

Timing summary(std::vector<double> seconds);

/// Seconds since some moment.
double now();

/// Times pieces of work in turn, a few milliseconds each, again and again, until `seconds` have passed and each has had
/// two turns: what disturbs the machine disturbs all of them, and their ratios hold. The first milliseconds of a turn are not
/// counted: caches and threads are those of the piece before.
std::vector<Timing> interleave(std::span<const Work> pieces, double seconds);

}  // namespace gradus::bench
