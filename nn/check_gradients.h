#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "network.h"

namespace gradus {

struct GradientCheckOptions {
  Index coordinates = 100;  ///< compared in each block, drawn at random where it has more; at least 1
  std::uint64_t seed = 0;   ///< of these, and of the direction
};

/// How far derivatives are from central differences D(h) = (f(θ + h) − f(θ − h)) / 2h, block by block.
///
/// The tolerance is not chosen but measured: from f at θ ± h and ± 2h follows how far D(h) itself may be off
/// (its truncation h² f‴ / 6 shows in D(2h) − D(h), a kink of f also in the second differences, which for
/// smooth f grow fourfold from h to 2h), and to this comes the rounding, ε |f| / h. With h = ε^⅓ max(1, |θ|)
/// both are about 1e-10 of the function's size. Where f has a kink within the step (relu near 0) differences
/// tell nothing, and the coordinate is not judged.
struct GradientCheck {
  struct Row {
    std::string block;
    Index compared = 0;  ///< coordinates
    Index kinks = 0;     ///< of these not judged, for a kink nearby
    // Of those judged:
    double largest_error = 0;   ///< |derivative − difference|
    double relative_error = 0;  ///< that, divided by the block's largest derivative or difference
    // At the worst coordinate, where error / tolerance is largest:
    Index worst = -1;  ///< its place in the block, row-major; −1: none was judged
    double derivative = 0, difference = 0, tolerance = 0;

    /// At least one coordinate was judged, and none of them was further off than its tolerance.
    bool passed() const;
  };
  std::vector<Row> gradient;  ///< ∇L, by coordinates
  std::vector<Row> hessian;   ///< Hv for a random v of length 1, by differences of the gradient

  bool passed() const;
  /// A table for a person to read.
  std::string to_string() const;
};

/// An input of the graph and its values.
struct InputValues {
  Tensor input;
  std::span<const double> values;
};

/// Checks grad() and hvp() of a scalar loss at θ in double precision, with `inputs` for all else that it
/// depends on, and `cases` cases. It adds nodes to the graph. Dropout masks are those of seed 0, step 0.
/// Throws Error where the loss is not finite at θ.
GradientCheck check_gradients(Tensor loss, Parameters& parameters, std::span<const double> theta,
                              std::span<const InputValues> inputs, Index cases,
                              const GradientCheckOptions& options = {});

/// Checks the training loss of a network.
GradientCheck check_gradients(Network& network, std::span<const double> theta, std::span<const double> inputs,
                              std::span<const double> targets, const GradientCheckOptions& options = {});

}  // namespace gradus
