#pragma once
#include "../line_search/line_search_method.h"
#include "conjugate_gradient.h"
#include "dense_curvature.h"

namespace gradus {

/// Gauss–Newton with a line search: for least squares, and for any loss that has a Gauss–Newton matrix.
///
///     d = −G⁻¹g,   θ ← θ + α d
///
/// G is the Gauss–Newton matrix at θ, JᵀJ of a sum ½‖r‖², J the Jacobian of r: what is left of the Hessian where residuals
/// are small or almost linear. α is tried first at 1. Up to dense_limit parameters G is formed, by n products a step, and
/// its Cholesky factor solves; where G is singular, G + τ diag(G) stands for it, with the first τ of β, 10 β, 100 β, … for which
/// that is positive definite. Beyond, conjugate gradient solves, with up to cg_iterations products, and needs no shift.
/// Far from a minimum levenberg-marquardt is the safer method.
///
/// Defaults: β = min_shift = 1e-3, dense_limit = 500, cg_iterations = 250, backtracking with c₁ = 1e-4 and α halved.
///
/// State: none, but what every line-search method has.
///
/// J. Nocedal, S. J. Wright: Numerical Optimization. 2nd edition, 2006, section 10.3.
struct GaussNewtonOptions {
  double min_shift = 1e-3;  ///< β
  Index dense_limit = 500;
  Index cg_iterations = 250;
  LineSearch line_search = {.kind = LineSearch::Kind::backtracking};
  void visit(OptionVisitor&);
};

///     GaussNewton<double> gauss_newton;
template <class Scalar = float>
class GaussNewton : public LineSearchMethod<Scalar> {
 public:
  explicit GaussNewton(GaussNewtonOptions options = {});

 private:
  using typename LineSearchMethod<Scalar>::Ref;
  using typename LineSearchMethod<Scalar>::Point;
  void begin(const Layout& layout) override;
  double direction(const Point& at, Ref d, StepReport& report) override;

  GaussNewtonOptions options_;
  DenseCurvature<Scalar> matrix_;
  ConjugateGradientScratch<Scalar> scratch_;
  Vector<Scalar> work_;  // diag(G), or −g
};

extern template class GaussNewton<float>;
extern template class GaussNewton<double>;

}  // namespace gradus
