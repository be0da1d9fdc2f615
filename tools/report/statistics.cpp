#include "tools/report/statistics.h"

#include <algorithm>
#include <cmath>

namespace gradus::report {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// a at t = 0, b at t = 1; also where one is infinite
double between(double a, double b, double t) {
  if (t == 0 || a == b) return a;
  return t == 1 ? b : a + t * (b - a);
}

double share(double from, double x, double to) { return to == from ? 1 : (x - from) / (to - from); }

}  // namespace

double quantile(std::vector<double> values, double q) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return unknown;
  std::ranges::sort(values);
  const double at = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  return between(values[below], values[std::min(below + 1, values.size() - 1)], at - std::floor(at));
}

Spread spread(const std::vector<double>& values, bool quartiles) {
  return {quantile(values, quartiles ? 0.25 : 0), quantile(values, 0.5),
          quantile(values, quartiles ? 0.75 : 1)};
}

double value_at(const Run& run, Axis axis, Metric metric, double x) {
  const auto a = static_cast<std::size_t>(axis), m = static_cast<std::size_t>(metric);
  const Point* before = nullptr;
  for (const Point& point : run.curve) {
    if (std::isnan(point.values[m])) continue;
    if (point.at[a] > x)
      return before ? between(before->values[m], point.values[m], share(before->at[a], x, point.at[a]))
                    : unknown;
    before = &point;
  }
  if (!before) return unknown;
  if (run.status == RunStatus::diverged && x > before->at[a]) return is_loss(metric) ? infinity : -infinity;
  return before->values[m];
}

double first_reaching(const Run& run, Axis axis, Metric metric, double target) {
  if (run.status != RunStatus::ok) return infinity;
  const auto a = static_cast<std::size_t>(axis), m = static_cast<std::size_t>(metric);
  const Point* before = nullptr;
  for (const Point& point : run.curve) {
    if (std::isnan(point.values[m])) continue;
    if (point.values[m] <= target) {
      if (!before) return point.at[a];
      return between(before->at[a], point.at[a], share(before->values[m], target, point.values[m]));
    }
    before = &point;
  }
  return infinity;
}

}  // namespace gradus::report
