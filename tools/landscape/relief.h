#pragma once
#include <functional>
#include <vector>

#include "tools/landscape/paths.h"

namespace gradus::landscape {

/// A function's values over a window, and how high they are drawn: on a scale that is linear near the least value and
/// logarithmic above,
///
///     height(f) = log(1 + (f − least)/soft) / log(1 + (top − least)/soft)      from 0 to 1
///
/// where `soft` is the excess f − least that a twenty-fifth of the window is below.
struct Relief {
  Window window;
  Index columns, rows;
  std::vector<double> values;  ///< row by row, from the low corner on; what is not finite is infinite
  double least, top, soft;
  double fine;  ///< the excess that only a two-hundredth is below: contours begin there

  double height(double value) const;
  std::vector<double> heights() const;
  /// Values for contours: evenly spaced in the logarithm of f − least, rounded to two digits of it.
  std::vector<double> levels() const;
};

/// Of f at columns × rows points; `least` is at least as small as each of them. Throws Error where f is nowhere finite.
Relief make_relief(const Window& window, Index columns, Index rows, double least,
                   const std::function<double(Point)>& f);

}  // namespace gradus::landscape
