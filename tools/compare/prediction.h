#pragma once
#include <array>

#include "tools/compare/problem.h"
#include "tools/compare/results.h"

namespace gradus::compare {

/// Points of the curve of a run. Tuning needs its end alone; a few points see divergence early.
inline Index points_of(Purpose purpose) { return purpose == Purpose::tune ? 10 : 40; }

/// How long a method's runs take, in seconds: at first from a few of its steps, then from the runs that are done.
class Prediction {
 public:
  /// Makes the steps. `probe` is a run of the method, as it will be made. Throws Error where the method refuses the problem.
  void measure(const Problem& problem, Assignment probe);
  /// Of all that is missing, one after the other.
  double seconds(MethodRuns& runs) const;

 private:
  std::array<double, 2> expected_{};  // of a run, by its purpose
};

}  // namespace gradus::compare
