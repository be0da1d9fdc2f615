#pragma once
#include "line_search_method.h"

namespace gradus {

/// Steepest descent with a line search (Cauchy 1847): goes against the gradient as far as the line search finds good.
///
///     θ⁺ = θ − α g
///
/// α is tried first where the last step's decrease would be repeated, α = α₋ φ'₋(0)/φ'(0) (Nocedal & Wright 2006, eq. 3.60), and
/// at min(1, 1/‖g‖) in the first step. With exact searches on a quadratic the error shrinks by ((κ − 1)/(κ + 1))² a step, κ
/// the condition number (theorem 3.3 there).
///
/// Default: backtracking with c₁ = 1e-4 and α halved.
///
/// State: the last d, α and φ'(0).
///
/// J. Nocedal, S. J. Wright: Numerical Optimization. 2nd edition, 2006, chapter 3.
struct SteepestDescentOptions {
  LineSearch line_search = {.kind = LineSearch::Kind::backtracking};
  void visit(OptionVisitor&);
};

///     SteepestDescent<double> descent;
template <class Scalar = float>
class SteepestDescent : public LineSearchMethod<Scalar> {
 public:
  explicit SteepestDescent(SteepestDescentOptions options = {});

 private:
  using typename LineSearchMethod<Scalar>::Ref;
  using typename LineSearchMethod<Scalar>::Point;
  double direction(const Point& at, Ref d, StepReport& report) override;
};

extern template class SteepestDescent<float>;
extern template class SteepestDescent<double>;

}  // namespace gradus
