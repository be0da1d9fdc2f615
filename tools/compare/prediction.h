#pragma once
#include <array>
#include <vector>

#include "tools/compare/problem.h"
#include "tools/compare/results.h"

namespace gradus::compare {

/// Points of the curve of a run. Tuning needs its end alone; a few points see divergence early.
inline Index points_of(Purpose purpose) { return purpose == Purpose::tune ? 10 : 40; }

/// How long a method's runs take, in seconds, from a few of its steps.
class Prediction {
 public:
  /// Makes the steps. `probe` is a run of the method, as it will be made. Throws Error where the method refuses the problem.
  void measure(const Problem& problem, Assignment probe);
  /// 0 where it was not measured.
  double of(Purpose purpose) const { return expected_[static_cast<std::size_t>(purpose)]; }

 private:
  std::array<double, 2> expected_{};
};

/// Of all runs that are missing, one after the other: as those of their kind took that are done, or else as predicted, and
/// by as much longer as the others took.
double seconds_left(const std::vector<Prediction>& predictions, const std::vector<MethodRuns>& methods);

}  // namespace gradus::compare
