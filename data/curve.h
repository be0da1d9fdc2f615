#pragma once
#include <array>
#include <cstddef>

#include "../base/random.h"
#include "point.h"

namespace gradus {

/// The natural cubic spline through three points: two cubic pieces with the same slope and curvature in the middle
/// point, and no curvature at the ends. It is parametric, x and y as functions of the way along the chords, so that
/// it hardly swings out beyond its points, however they lie.
class Curve {
 public:
  /// No two neighbours may be the same.
  explicit Curve(const std::array<Point, 3>& points);
  /// On the piece from point `piece`, 0 or 1, to the next, at 0 ≤ t ≤ 1.
  Point at(std::size_t piece, double t) const;

 private:
  std::array<Point, 3> points_;
  std::array<Point, 2> bend_;  // h² m / 6 of each piece: h its chord, m the second derivative in the middle
};

/// Uniform among the triples whose coordinates are all in [2, 26] and whose x grows by at least 2 from each to the next.
std::array<Point, 3> draw_curve_points(Random& random);

}  // namespace gradus
