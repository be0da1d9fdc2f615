#pragma once
#include <optional>
#include <span>
#include <vector>

#include "folder.h"

namespace gradus::report {

/// The value below which a share q of the values lies, by linear interpolation between the sorted ones (Hyndman & Fan
/// 1996, type 7); these may be infinite. Not-a-number where there are none.
double quantile(std::vector<double> values, double q);

/// The middle of some values and where the others lie: quartiles, of fewer than `quartiles_from` values the smallest and
/// the largest.
struct Spread {
  double low = unknown, median = unknown, high = unknown;
};
inline constexpr std::size_t quartiles_from = 5;
Spread spread(const std::vector<double>& values, bool quartiles);

/// Whether smaller is better.
constexpr bool is_loss(Metric metric) {
  return metric == Metric::validation_loss || metric == Metric::training_loss;
}

/// A run's value at x, between its points by linear interpolation. After its end: the last value, for nothing changes
/// any more; of a run that diverged the worst there is, ±∞. Before its first value: unknown.
double value_at(const Run& run, Axis axis, Metric metric, double x);

/// The x at which a run's loss is first no more than the target, between its points by linear interpolation; ∞ where that
/// never happens, or the run did not end well.
double first_reaching(const Run& run, Axis axis, Metric metric, double target);

}  // namespace gradus::report
