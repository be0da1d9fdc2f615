#include "tools/report/curves.h"

#include <algorithm>
#include <cmath>

namespace gradus::report {
namespace {

constexpr std::size_t most_positions = 200;

double end_of(const MethodSummary& method, Axis axis) {
  std::vector<double> ends, all;
  for (const Run* run : method.finals) {
    if (run->curve.empty()) continue;
    all.push_back(run->curve.back().at[static_cast<std::size_t>(axis)]);
    if (run->status != RunStatus::diverged) ends.push_back(all.back());
  }
  return ends.empty() ? quantile(all, 1) : quantile(ends, 0.5);
}

void make_unique(std::vector<double>& sorted) {
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
}

}  // namespace

std::vector<double> shared_positions(const Summary& summary, Axis axis) {
  std::vector<double> measured, ends;
  for (const MethodSummary& method : summary.methods) {
    const double end = end_of(method, axis);
    if (std::isnan(end)) continue;
    ends.push_back(end);
    for (const Run* run : method.finals)
      for (const Point& point : run->curve)
        measured.push_back(std::min(point.at[static_cast<std::size_t>(axis)], end));
  }
  if (measured.empty()) return {};
  make_unique(measured);
  if (measured.size() <= most_positions) return measured;

  const double low = measured.front(), high = measured.back();
  const double first = *std::ranges::find_if(measured, [](double x) { return x > 0; });
  std::vector<double> positions = ends;
  constexpr int even = 100, logarithmic = 60;
  for (int i = 0; i <= even; ++i) positions.push_back(low + (high - low) * i / even);
  for (int i = 0; i <= logarithmic; ++i)
    positions.push_back(std::min(high, first * std::pow(high / first, double(i) / logarithmic)));
  make_unique(positions);
  return positions;
}

Curves curves(const Summary& summary, Axis axis, Metric metric, const std::vector<double>& positions) {
  Curves curves{.at = positions, .methods = {}};
  for (const MethodSummary& method : summary.methods) {
    std::vector<Spread>& band = curves.methods.emplace_back();
    const double end = end_of(method, axis);
    for (const double x : positions) {
      std::vector<double> values;
      if (x <= end)
        for (const Run* run : method.finals) values.push_back(value_at(*run, axis, metric, x));
      band.push_back(spread(values, summary.quartiles));
    }
  }
  return curves;
}

bool is_known(const Summary& summary, Metric metric) {
  const auto m = static_cast<std::size_t>(metric);
  for (const Run& run : summary.folder->runs)
    if (run.is_final &&
        std::ranges::any_of(run.curve, [m](const Point& p) { return !std::isnan(p.values[m]); }))
      return true;
  return false;
}

}  // namespace gradus::report
