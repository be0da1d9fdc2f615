#include "data/curve.h"

#include <algorithm>
#include <cmath>

namespace gradus {

Curve::Curve(const std::array<Point, 3>& points) : points_(points) {
  const auto chord = [&](std::size_t piece) {
    const double dx = points[piece + 1].x - points[piece].x, dy = points[piece + 1].y - points[piece].y;
    return std::sqrt(dx * dx + dy * dy);
  };
  const std::array h{chord(0), chord(1)};
  const auto second_derivative = [&](double Point::*c) {
    const double slope = (points[1].*c - points[0].*c) / h[0], next = (points[2].*c - points[1].*c) / h[1];
    return 3 * (next - slope) / (h[0] + h[1]);
  };
  const Point m{second_derivative(&Point::x), second_derivative(&Point::y)};
  for (std::size_t piece : {0u, 1u})
    bend_[piece] = {h[piece] * h[piece] * m.x / 6, h[piece] * h[piece] * m.y / 6};
}

Point Curve::at(std::size_t piece, double t) const {
  const Point &from = points_[piece], &to = points_[piece + 1], &bend = bend_[piece];
  const double s = piece == 0 ? t : 1 - t;  // grows towards the middle point
  const double weight = s - s * s * s;
  return {(1 - t) * from.x + t * to.x - weight * bend.x, (1 - t) * from.y + t * to.y - weight * bend.y};
}

std::array<Point, 3> draw_curve_points(Random& random) {
  constexpr double low = 2, high = 26, gap = 2;
  std::array<double, 3> x{}, y{};
  for (double& value : x) value = low + (high - low - 2 * gap) * random.uniform();
  for (double& value : y) value = low + (high - low) * random.uniform();
  std::sort(x.begin(), x.end());
  return {Point{x[0], y[0]}, Point{x[1] + gap, y[1]}, Point{x[2] + 2 * gap, y[2]}};
}

}  // namespace gradus
