#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "point.h"

namespace gradus {

/// A sheet of 28 × 28 pixels for a pen with a round tip. Coordinates and radii are in pixels.
class Canvas {
 public:
  static constexpr int side = 28;

  /// A line whose radius goes from the one to the other. Ink does not add up where lines overlap.
  void line(Point from, Point to, double from_radius, double to_radius);
  /// The ink in bytes, 255 · `darkness` (at most 255) where it covers a pixel, less towards its edges.
  void copy_to(std::span<std::uint8_t> pixels, double darkness) const;

 private:
  std::array<double, side * side> ink_{};  // from 0 to 1
};

}  // namespace gradus
