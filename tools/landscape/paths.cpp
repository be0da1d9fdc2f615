#include "tools/landscape/paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "optim/minimize.h"

namespace gradus::landscape {

Path follow(Objective<double>& f, Optimizer<double>& method, const Point& start, const Window& window,
            Index steps) {
  Path path;
  Vector<double> theta = {start.x, start.y};
  const auto add = [&](double cost) {
    path.points.push_back({theta[0], theta[1]});
    path.values.push_back(f.value(theta));
    path.cost.push_back(cost);
  };
  const auto far_away = [&] {
    const double x = (theta[0] - window.low.x) / window.width(),
                 y = (theta[1] - window.low.y) / window.height();
    return std::max(std::abs(x - 0.5), std::abs(y - 0.5)) > 100;
  };
  add(0);
  const Stop stop{.max_steps = steps, .gradient_norm = 1e-9};
  const auto result = minimize(f, theta, method, stop, [&](Iteration<double>& iteration) {
    add(iteration.cost);
    iteration.stop = far_away();
  });
  path.end = far_away()
                 ? fmt::format("Diverged: after {} steps it was over a hundred windows away.", result.steps)
                 : result.reason;
  return path;
}

}  // namespace gradus::landscape
