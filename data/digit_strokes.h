#pragma once
#include <vector>

#include "point.h"

namespace gradus {

/// The points that a pen passes on a smooth curve (Catmull and Rom 1974), in a box of 1 × 1, y downwards. A point
/// given twice is a corner.
using Stroke = std::vector<Point>;

/// The ways in which people write `digit`, 0 … 9: each a list of strokes.
const std::vector<std::vector<Stroke>>& ways_to_write(int digit);

/// Where the pen is on the curve's piece between points `piece` and `piece` + 1, at 0 ≤ t ≤ 1.
Point on_curve(const Stroke& stroke, std::size_t piece, double t);

}  // namespace gradus
