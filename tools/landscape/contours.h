#pragma once
#include <span>
#include <vector>

#include "tools/landscape/paths.h"

namespace gradus::landscape {

/// A closed line; the last point is joined to the first.
using Loop = std::vector<Point>;

/// The edges of the region {height ≥ level} of a grid of numbers given row by row, by marching squares; in places of the grid
/// (column, row), with whole numbers at its nodes. Filled by the even-odd rule they are the region; where it reaches the grid's
/// border, they run along it.
std::vector<Loop> contours(std::span<const double> heights, Index columns, Index rows, double level);

}  // namespace gradus::landscape
