#include "tools/landscape/smooth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace gradus::landscape {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::array<double, 4> weights(double t) {
  return {t * (t * (2 - t) - 1) / 2, (t * t * (3 * t - 5) + 2) / 2, t * (t * (4 - 3 * t) + 1) / 2,
          t * t * (t - 1) / 2};
}

struct Place {
  Index node;
  std::array<double, 4> weight;
};

Place place(double share, Index nodes) {
  const double at = share * static_cast<double>(nodes - 1);
  const Index node = std::clamp<Index>(static_cast<Index>(at), 0, nodes - 2);
  return {node, weights(at - static_cast<double>(node))};
}

}  // namespace

Relief smooth(const Relief& coarse, Index nodes) {
  const auto log_value = [&](Index column, Index row) {
    const auto c = std::clamp<Index>(column, 0, coarse.columns - 1),
               r = std::clamp<Index>(row, 0, coarse.rows - 1);
    return std::log(coarse.values[static_cast<std::size_t>(r * coarse.columns + c)] - coarse.least +
                    coarse.soft);
  };
  const auto value = [&](const Point& p) {
    const auto& [low, high] = coarse.window;
    const Place x = place((p.x - low.x) / (high.x - low.x), coarse.columns);
    const Place y = place((p.y - low.y) / (high.y - low.y), coarse.rows);
    double sum = 0;
    for (Index j = 0; j < 4; ++j)
      for (Index i = 0; i < 4; ++i) {
        const double weight = x.weight[static_cast<std::size_t>(i)] * y.weight[static_cast<std::size_t>(j)];
        if (weight == 0) continue;
        const double log = log_value(x.node + i - 1, y.node + j - 1);
        if (log == infinity) return infinity;  // weights are negative, too
        sum += weight * log;
      }
    return std::exp(sum) - coarse.soft + coarse.least;
  };
  return make_relief(coarse.window, nodes, nodes, coarse.least, value);
}

}  // namespace gradus::landscape
