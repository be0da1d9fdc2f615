#pragma once
#include <cstdint>

#include "dataset.h"

namespace gradus {

struct CurvesOptions {
  Index train = 20000;  ///< training images, ≥ 1
  Index test = 10000;   ///< test images, ≥ 1
  std::uint64_t seed = 0;
};

struct Curves {
  Dataset train, test;
};

/// Draws images like those of CURVES, the classic problem for deep autoencoders (Hinton & Salakhutdinov 2006,
/// Martens 2010): smooth pen strokes on 28 × 28 bytes, without labels, of each of which six numbers say all.
///
/// Each is the natural cubic spline (parametric, over the length of its chords) through three points, uniform among
/// those with all coordinates in [2, 26] and each x at least 2 greater than the one before. How the original was inked
/// is not known; the ink here is gradus' own, and errors on this set are not those that papers report for CURVES.
Curves synthetic_curves(const CurvesOptions& options = {});

}  // namespace gradus
