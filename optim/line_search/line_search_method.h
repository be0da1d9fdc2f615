#pragma once
#include <string>

#include "../optimizer.h"
#include "line_search.h"

namespace gradus {

/// A method that goes along a direction as far as a line search finds good. What is common to all of them is here; a
/// method says what its direction is and what it learns from a step.
///
/// Where a search ends without an acceptable point, the method forgets what it has learned. It goes to the lowest point
/// that was seen; where none was lower than the start, it tries the steepest descent, as it does where its direction does
/// not descend. Where that finds none either, the step ends with Status::line_search_failed, or rounding_floor where values
/// no longer tell points apart. So does one after ten that did not change the loss by more than rounding, nor brought a
/// smaller gradient. A loss or gradient that is not finite where the step begins leaves everything as it was. A gradient of
/// 0 is Status::converged.
///
/// The gradient where a step ends is kept for the next one, which uses it where θ and the objective's version() are
/// still the same. All values and gradients that one step compares are of one version: where it changes during a step,
/// that throws Error, and θ is left as it was.
template <class Scalar>
class LineSearchMethod : public Optimizer<Scalar> {
 public:
  using typename Optimizer<Scalar>::Ref;
  using View = std::span<const Scalar>;

  std::string_view name() const override { return name_; }
  void reset(const Layout& layout) override;
  StepReport step(Objective<Scalar>& objective, Ref theta) override;
  void visit(StateVisitor& visitor) override;

 protected:
  /// Where a step begins.
  struct Point {
    Objective<Scalar>& objective;
    View theta, g;  ///< g = ∇f(θ)
    double loss, gradient_norm;
    double last_alpha, last_slope;  ///< of the last step, φ'(0) there; 0 where nothing is remembered
    /// The α that repeats the last step's decrease, α₋ φ'₋(0)/φ'(0) (Nocedal & Wright 2006, eq. 3.60); without a last step
    /// min(1, 1/‖g‖).
    double first_alpha(double slope) const;
  };
  /// From where to where a step went.
  struct Move {
    Objective<Scalar>& objective;
    View theta, next_theta;
    View g, next_g;  ///< the gradients there, on the same batch; next_g only where learns_from_gradient()
    View d;          ///< −g where the steepest descent had to replace the method's direction
    double alpha, slope;  ///< slope = gᵀd
    Evaluations& evaluations;
  };

  LineSearchMethod(std::string name, const LineSearch& search) : name_(std::move(name)), search_(search) {}

  /// d ← the direction at a point where g is finite and not 0; before, d is the last step's. Returns the α to try first.
  /// Where there is none, it leaves Status::non_finite and a message in the report.
  virtual double direction(const Point& at, Ref d, StepReport& report) = 0;
  /// Learns from a step.
  virtual void moved(const Move&) {}
  /// Whether it does from the gradient where the step ends, which may cost one on a batch that is not needed again.
  virtual bool learns_from_gradient(Objective<Scalar>&) const { return false; }
  /// Forgets what was learned from steps.
  virtual void forget() {}
  /// A new run over a θ of this layout.
  virtual void begin(const Layout&) {}
  virtual void visit_state(StateVisitor&) {}

 private:
  class Line;
  bool known(const Objective<Scalar>& objective, View theta) const;
  void expect_same_version(const Objective<Scalar>& objective) const;
  void forget_all();
  void commit(Objective<Scalar>& objective, Line& line, const LineSearchResult& found, double slope,
              Ref theta, StepReport& report);

  std::string name_;
  LineSearch search_;
  Vector<Scalar> g_, d_;          // where the step begins
  Vector<Scalar> next_, next_g_;  // where the search last was
  bool known_ = false;            // whether g_ and loss_ are those at next_
  double loss_ = 0, alpha_ = 0, slope_ = 0;
  std::uint64_t version_ = 0;
  Index idle_ = 0;                        // steps that led nowhere
  double idle_loss_ = 0, idle_norm_ = 0;  // since these
};

extern template class LineSearchMethod<float>;
extern template class LineSearchMethod<double>;

}  // namespace gradus
