#pragma once
#include <span>
#include <string_view>

#include "../options.h"

namespace gradus {

/// What is done with a pair s, y whose curvature sᵀy is not positive, with which H would no longer be positive definite.
enum class BadCurvature {
  skip,  ///< it is left out where sᵀy ≤ ε ‖s‖ ‖y‖, ε the rounding of Scalar
  damp  ///< y ← φ y + (1 − φ) B s with the largest φ ≤ 1 for which sᵀy ≥ 0.2 sᵀBs (Powell 1978)
};
inline constexpr std::string_view bad_curvature_names[] = {"skip", "damp"};

/// A pair's products.
struct PairProducts {
  double s_y = 0, y_y = 0;
  bool usable = false;  ///< whether it may be learned from
};

/// s ← next_theta − theta, y ← next_g − g, and what `how` makes of it. The step was s = −α H step_g, so that B s = −α step_g.
template <class Scalar>
PairProducts take_pair(std::span<const Scalar> theta, std::span<const Scalar> next_theta,
                       std::span<const Scalar> g, std::span<const Scalar> next_g, double alpha,
                       std::span<const Scalar> step_g, BadCurvature how, std::span<Scalar> s,
                       std::span<Scalar> y);

}  // namespace gradus
