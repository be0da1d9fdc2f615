#pragma once
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "objective.h"

namespace gradus {

/// A number as a message shows it: NaN without its sign, which means nothing.
inline double shown(double x) { return std::isnan(x) ? std::numeric_limits<double>::quiet_NaN() : x; }

/// Which of f(θ) = `loss`, g = ∇f(θ) and its norm is not finite, as one of them is, in a sentence: "The gradient of θ[3] is inf
/// in step 2 (loss 1); θ is left as it was." `when` stands in it as it is, "" or " in step 2".
template <class Scalar>
std::string non_finite_message(const Objective<Scalar>& objective, double loss, std::span<const Scalar> g,
                               std::string_view when = "");

}  // namespace gradus
