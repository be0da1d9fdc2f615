#include "tools/landscape/relief.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace gradus::landscape {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int contours = 18;

double rounded(double x) {
  if (x == 0) return 0;
  const double unit = std::pow(10, std::floor(std::log10(x)) - 1);
  return std::round(x / unit) * unit;
}

}  // namespace

double Relief::height(double value) const {
  if (!(value < infinity)) return 1;
  const double excess = std::max(value - least, 0.0);
  return std::min(std::log1p(excess / soft) / std::log1p((top - least) / soft), 1.0);
}

std::vector<double> Relief::heights() const {
  std::vector<double> all;
  for (const double value : values) all.push_back(height(value));
  return all;
}

std::vector<double> Relief::levels() const {
  std::vector<double> all;
  for (int i = 0; i < contours; ++i) {
    const double excess = rounded(fine * std::pow((top - least) / fine, static_cast<double>(i) / contours));
    if (all.empty() || least + excess > all.back()) all.push_back(least + excess);
  }
  return all;
}

Relief make_relief(const Window& window, Index columns, Index rows, double least,
                   const std::function<double(Point)>& f) {
  Relief relief{window, columns, rows, {}, least, least, 1, 1};
  std::vector<double> sorted;
  for (Index row = 0; row < rows; ++row)
    for (Index column = 0; column < columns; ++column) {
      const auto at = [](Index i, Index n) { return static_cast<double>(i) / static_cast<double>(n - 1); };
      const double value = f({std::lerp(window.low.x, window.high.x, at(column, columns)),
                              std::lerp(window.low.y, window.high.y, at(row, rows))});
      relief.values.push_back(std::isfinite(value) ? value : infinity);
      if (std::isfinite(value)) sorted.push_back(value);
    }
  if (sorted.empty())
    throw Error("[landscape] the function is nowhere finite in the window; there is nothing to be drawn.");
  std::ranges::sort(sorted);
  relief.least = std::min(least, sorted.front());
  relief.top = sorted.back();
  const double range = relief.top - relief.least;
  if (range > 0) {
    relief.soft = std::max(sorted[sorted.size() / 25] - relief.least, 1e-9 * range);
    relief.fine = std::max(sorted[sorted.size() / 200] - relief.least, 1e-9 * range);
  } else {
    relief.top = relief.least + 1;
  }
  return relief;
}

}  // namespace gradus::landscape
