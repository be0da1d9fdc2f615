#pragma once
#include <string>
#include <vector>

#include "optim/objectives/landscapes.h"
#include "optim/optimizer.h"

namespace gradus::landscape {

using Point = Landscape::Point;

/// What is shown of the plane.
struct Window {
  Point low, high;
  double width() const { return high.x - low.x; }
  double height() const { return high.y - low.y; }
  bool contains(const Point& p) const {
    return low.x <= p.x && p.x <= high.x && low.y <= p.y && p.y <= high.y;
  }
};

/// Where a method went: the start and the point after each step.
struct Path {
  std::vector<Point> points;
  std::vector<double> values;  ///< f there
  std::vector<double> cost;    ///< up to there, in gradient equivalents (CountingObjective)
  std::string end;             ///< a sentence: what ended it
};

/// At most `steps` steps of a method; fewer where it converges, gives up, or is further from the window than a hundred times
/// its size. Throws Unsupported where the method asks for what f does not offer.
Path follow(Objective<double>& f, Optimizer<double>& method, const Point& start, const Window& window,
            Index steps);

}  // namespace gradus::landscape
