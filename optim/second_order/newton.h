#pragma once
#include "../line_search/line_search_method.h"
#include "dense_curvature.h"

namespace gradus {

/// Newton's method with a line search: goes to the minimum of the quadratic model, or, where that has none, of the least
/// shifted one that has.
///
///     d = −(H + τ I)⁻¹g,   θ ← θ + α d
///
/// H is the Hessian at θ, or the Gauss–Newton matrix ("gauss-newton"), formed by n products a step, several directions at a
/// time; a Cholesky factor solves. τ is 0 where H is positive definite. Otherwise it is the first of β − min Hᵢᵢ (if that
/// diagonal is not positive), β, 10 β, 100 β, … with which H + τ I is, so that d leads down (Nocedal & Wright, Algorithm
/// 3.3, with 10 for the factor 2, as they suggest: fewer factors, and steps that go less far astray). α is tried first at 1.
///
/// For up to max_parameters parameters: H and its factor take n² numbers. A Hessian that is not finite ends a step with
/// Status::non_finite. Where g = 0 the status is converged, also on a saddle point or a maximum: nothing leads away from
/// there. Close to one, with g ≠ 0, d has a part along the directions of negative curvature, downhill, and leaves.
///
/// Defaults: β = min_shift = 1e-3 (as in the book), backtracking with c₁ = 1e-4 and α halved, max_parameters = 10000.
///
/// State: none, but what every line-search method has.
///
/// J. Nocedal, S. J. Wright: Numerical Optimization. 2nd edition, 2006, section 3.4.
struct NewtonOptions {
  enum class Matrix { hessian, gauss_newton };
  Matrix matrix = Matrix::hessian;
  double min_shift = 1e-3;  ///< β
  Index max_parameters = 10000;
  LineSearch line_search = {.kind = LineSearch::Kind::backtracking};
  void visit(OptionVisitor&);
};

///     Newton<double> newton;
template <class Scalar = float>
class Newton : public LineSearchMethod<Scalar> {
 public:
  explicit Newton(NewtonOptions options = {});

 private:
  using typename LineSearchMethod<Scalar>::Ref;
  using typename LineSearchMethod<Scalar>::Point;
  void begin(const Layout& layout) override;
  double direction(const Point& at, Ref d, StepReport& report) override;

  NewtonOptions options_;
  DenseCurvature<Scalar> matrix_;
};

extern template class Newton<float>;
extern template class Newton<double>;

}  // namespace gradus
