#pragma once
#include <functional>
#include <limits>

#include "optimizer.h"

namespace gradus {

/// When to stop; whatever is reached first. Looked at between steps.
struct Stop {
  Index max_steps = 1000;          ///< ≥ 0
  double gradient_norm = 1e-6;     ///< ‖∇f‖₂ at or below this is convergence; ≥ 0
  double max_cost = unlimited;     ///< in gradient equivalents, see CountingObjective; > 0
  double max_seconds = unlimited;  ///< > 0

  static constexpr double unlimited = std::numeric_limits<double>::infinity();
};

/// What a callback sees after each step. Setting `stop` ends the run.
template <class Scalar>
struct Iteration {
  Index step;  ///< from 1
  const StepReport& report;
  std::span<const Scalar> theta;  ///< after the step
  double cost;                    ///< so far, in gradient equivalents
  bool stop = false;
};

struct MinimizeResult {
  bool converged = false;  ///< ‖∇f‖₂ ≤ Stop::gradient_norm at the θ that is returned, whatever ended the run
  Status status = Status::ok;  ///< of the last step
  std::string reason;          ///< a sentence: what ended the run
  double loss = 0;             ///< at the θ that is returned
  double gradient_norm = 0;    ///< at the θ that is returned
  Index steps = 0;
  Evaluations evaluations;  ///< all of them
  double cost = 0;          ///< of them, in gradient equivalents
  double seconds = 0;
};

/// Minimises an objective, beginning at `theta` and leaving there the last point that was reached (which is
/// not the best one where a method may go uphill). The optimizer is reset first. When the run ends, loss and
/// gradient are evaluated once more, at the point that is returned, so that the result speaks of that point.
///
/// Throws Error for a θ of another size than the objective's or that is not finite, and for options out of
/// their range.
MinimizeResult minimize(Objective<float>& objective, std::span<float> theta, Optimizer<float>& optimizer,
                        const Stop& stop = {}, const std::function<void(Iteration<float>&)>& callback = {});
MinimizeResult minimize(Objective<double>& objective, std::span<double> theta, Optimizer<double>& optimizer,
                        const Stop& stop = {}, const std::function<void(Iteration<double>&)>& callback = {});

}  // namespace gradus
