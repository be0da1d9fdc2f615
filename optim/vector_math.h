#pragma once
#include <span>

#include "../base/vector.h"

/// Arithmetic on long vectors, on the threads of threads(). Sums accumulate in double, in an order that
/// depends on nothing but the length: results are the same, to the last bit, on any number of threads. The
/// vectors of one call have the same length; nothing is allocated.
namespace gradus {

/// Σ x y
double dot(std::span<const float> x, std::span<const float> y);
double dot(std::span<const double> x, std::span<const double> y);

/// √Σx², without overflow or underflow on the way; not finite exactly when an element, or the result, is not.
double norm(std::span<const float> x);
double norm(std::span<const double> x);

/// max |x|; NaN when an element is NaN, 0 when there is none.
double max_norm(std::span<const float> x);
double max_norm(std::span<const double> x);

/// y ← a x + y
void axpy(float a, std::span<const float> x, std::span<float> y);
void axpy(double a, std::span<const double> x, std::span<double> y);

/// Where the first infinite or NaN element is, −1 when all are finite.
Index first_non_finite(std::span<const float> x);
Index first_non_finite(std::span<const double> x);

}  // namespace gradus
