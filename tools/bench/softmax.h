#pragma once
#include <filesystem>
#include <string>

#include "optim/optimizer.h"

namespace gradus::bench {

/// Softmax regression on the first 10,000 training images of MNIST (pixels in 0 … 1), all at once: mean cross-entropy +
/// ½ 1e-4 ‖θ‖², θ the weights and biases, 7,850 in all, from 0.
struct SoftmaxRun {
  Evaluations evaluations;
  Index steps = 0;
  double loss = 0, largest_gradient = 0;  ///< f and ‖∇f‖_∞ where it ended
  double seconds = 0;                     ///< of the whole run
  double seconds_inside = 0;              ///< of these in the objective
  std::string ended;                      ///< a sentence
};

/// Runs a method until ‖∇f‖_∞ ≤ tolerance, or until it ends by itself. In float or double.
template <class Scalar>
SoftmaxRun run_softmax(const std::filesystem::path& mnist, const std::string& method,
                       const std::string& options, double tolerance, Index max_steps);

}  // namespace gradus::bench
