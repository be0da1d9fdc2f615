#include "data/canvas.h"

#include <algorithm>
#include <cmath>

namespace gradus {
namespace {

constexpr double edge = 1.3;  // pixels from full ink to none

}  // namespace

void Canvas::line(Point from, Point to, double from_radius, double to_radius) {
  const double dx = to.x - from.x, dy = to.y - from.y, length2 = dx * dx + dy * dy;
  const double reach = std::max(from_radius, to_radius) + edge / 2;
  const auto pixel = [](double x) { return static_cast<int>(std::clamp(x, 0.0, double{side})); };
  const int left = pixel(std::min(from.x, to.x) - reach), right = pixel(std::max(from.x, to.x) + reach + 1);
  const int top = pixel(std::min(from.y, to.y) - reach), bottom = pixel(std::max(from.y, to.y) + reach + 1);
  for (int row = top; row < bottom; ++row) {
    for (int column = left; column < right; ++column) {
      const double x = column + 0.5 - from.x, y = row + 0.5 - from.y;
      const double along = length2 > 0 ? std::clamp((x * dx + y * dy) / length2, 0.0, 1.0) : 0.0;
      const double across_x = x - along * dx, across_y = y - along * dy;
      const double distance = std::sqrt(across_x * across_x + across_y * across_y);
      const double radius = from_radius + along * (to_radius - from_radius);
      double& ink = ink_[static_cast<std::size_t>(row * side + column)];
      ink = std::max(ink, std::clamp((radius - distance) / edge + 0.5, 0.0, 1.0));
    }
  }
}

void Canvas::copy_to(std::span<std::uint8_t> pixels, double darkness) const {
  for (std::size_t i = 0; i < ink_.size(); ++i)
    pixels[i] = static_cast<std::uint8_t>(255 * std::min(darkness * ink_[i], 1.0) + 0.5);
}

}  // namespace gradus
