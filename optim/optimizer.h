#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "layout.h"
#include "objective.h"

namespace gradus {

/// How often an objective was evaluated.
struct Evaluations {
  Index values = 0, gradients = 0, products = 0;
};

enum class Status {
  ok,              ///< a step was taken
  skipped,         ///< what it needs was not finite and the step was left out, as the method's options allow
  converged,       ///< the method finds that θ is a stationary point
  rounding_floor,  ///< no step makes f smaller by more than it is rounded, though ∇f ≠ 0
  line_search_failed,  ///< no acceptable step was found, not even along the steepest descent
  non_finite,          ///< the loss, the gradient or the step is infinite or not a number
};
/// "ok", "converged", …
std::string_view name(Status status);

/// What one step did.
struct StepReport {
  double loss = 0;           ///< where the step began
  double gradient_norm = 0;  ///< ‖∇f‖₂ where the step began
  double step_norm = 0;      ///< ‖θ_after − θ_before‖₂
  // Of methods that have them:
  double step_size = 0;        ///< α, how far the direction was followed
  double damping = 0;          ///< λ that the step was computed with
  double reduction_ratio = 0;  ///< ρ, the reduction of f by that of its quadratic model
  Index inner_iterations = 0;  ///< of conjugate gradient
  Evaluations evaluations;
  Status status = Status::ok;
  std::string message;  ///< unless ok: a sentence that holds the numbers
};

/// Goes through the named parts of a method's state: to write them to a checkpoint, or to read them from one.
class StateVisitor {
 public:
  virtual ~StateVisitor() = default;
  virtual void integer(std::string_view name, std::int64_t& value) = 0;
  virtual void scalar(std::string_view name, double& value) = 0;
  virtual void vector(std::string_view name, std::span<float> values) = 0;
  virtual void vector(std::string_view name, std::span<double> values) = 0;
};

/// Throws Error where a method was reset for another number of elements than θ has.
void check_size(std::string_view method, std::size_t of_theta, std::size_t of_reset);

/// An optimization method: it asks the objective for what it needs and moves θ.
///
/// A step never throws for numerical reasons, and never leaves a θ that is not finite: it leaves θ as it was
/// and says what happened. A batch is chosen between steps and stays the same within one.
template <class Scalar>
class Optimizer {
 public:
  using Ref = std::span<Scalar>;

  virtual ~Optimizer() = default;
  /// As in the registry: "sgd"
  virtual std::string_view name() const = 0;
  /// Begins a new run over a θ of this layout, forgetting the last one. All that is ever allocated is
  /// allocated here.
  virtual void reset(const Layout& layout) = 0;
  /// One step. Throws Error when `theta` is not of the size that reset was given.
  virtual StepReport step(Objective<Scalar>& objective, Ref theta) = 0;
  /// Visits all that a step depends on, but for θ and the method's options.
  virtual void visit(StateVisitor& visitor) = 0;
};

}  // namespace gradus
