#include "data/curves.h"

#include <fmt/format.h>

#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"
#include "data/canvas.h"
#include "data/curve.h"

namespace gradus {
namespace {

constexpr int side = Canvas::side;

// The radius at which six principal components of the 20,000 training images leave a squared error of 7.7 on the
// test images; on the original they leave 7.64 (Hinton & Salakhutdinov 2006).
constexpr double pen = 0.35;

void draw(Random& random, std::span<std::uint8_t> pixels) {
  constexpr int steps = 32;  // lines that a piece of the curve is drawn as
  const Curve curve(draw_curve_points(random));
  Canvas canvas;
  for (const std::size_t piece : {0u, 1u}) {
    Point from = curve.at(piece, 0);
    for (int step = 1; step <= steps; ++step) {
      const Point to = curve.at(piece, step / double{steps});
      canvas.line(from, to, pen, pen);
      from = to;
    }
  }
  canvas.copy_to(pixels, 1);
}

Dataset draw_all(Index count, std::uint64_t seed, std::string_view split) {
  if (count < 1)
    throw Error(
        fmt::format("[synthetic_curves] the number of {} images must be at least 1, not {}.", split, count));
  constexpr std::size_t pixels_each = side * side;
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count) * pixels_each);
  const std::string purpose = fmt::format("curves {}", split);
  parallel_for(count, 64, [&](Index begin, Index end) {
    for (std::size_t i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      Random random(seed, purpose, i);
      draw(random, std::span(pixels).subspan(i * pixels_each, pixels_each));
    }
  });
  return Dataset::from_bytes("synthetic curves", std::move(pixels), side, side);
}

}  // namespace

Curves synthetic_curves(const CurvesOptions& options) {
  Dataset train = draw_all(options.train, options.seed, "training");
  return {std::move(train), draw_all(options.test, options.seed, "test")};
}

}  // namespace gradus
