#pragma once
#include <vector>

#include "summary.h"

namespace gradus::report {

/// All methods' curves of one metric against one axis, median and spread over seeds, on positions that all share; unknown
/// before a method's first value and after its end.
struct Curves {
  std::vector<double> at;
  std::vector<std::vector<Spread>> methods;  ///< in the summary's order
};

/// The positions are those that were measured; where there are too many of them, evenly spaced ones and, for logarithmic
/// axes, evenly spaced ones on these. A method ends where the median of its runs that did not diverge ends.
std::vector<double> shared_positions(const Summary& summary, Axis axis);
Curves curves(const Summary& summary, Axis axis, Metric metric, const std::vector<double>& positions);

/// Whether any run knows it.
bool is_known(const Summary& summary, Metric metric);

}  // namespace gradus::report
