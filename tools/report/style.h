#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace gradus::report {

/// How a method's line looks, wherever it is drawn: colour, dashes and marks together tell 84 methods apart.
struct Style {
  std::size_t color;      ///< from 1: --series-1 … of the pages' look
  std::vector<int> dash;  ///< lengths of strokes and gaps; empty: a line without gaps
  std::string mark;       ///< a path around (0, 0)
};
Style style_of(std::size_t index);

/// The colour on white paper, "#0072b2".
std::string color_on_paper(const Style& style);

/// A piece of the line with its mark, as SVG.
std::string swatch(std::size_t index);

}  // namespace gradus::report
