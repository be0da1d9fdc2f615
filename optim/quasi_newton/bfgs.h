#pragma once
#include "../line_search/line_search_method.h"
#include "curvature_pairs.h"

namespace gradus {

/// BFGS: a quasi-Newton method that keeps a dense approximation H of the inverse Hessian, and corrects it by what each step shows
/// of the curvature (Broyden, Fletcher, Goldfarb & Shanno 1970).
///
///     d = −H g,   θ⁺ = θ + α d,   α by the line search, tried first: 1; min(1, 1/‖g‖) in the first step
///     s = θ⁺ − θ,   y = ∇f(θ⁺) − ∇f(θ),   ρ = 1/sᵀy
///
/// Two forms of the update, equal but for rounding:
///     product:   H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ
///     sum:       H ← H + ρ (1 + ρ yᵀHy) s sᵀ − ρ (Hy sᵀ + s yᵀH)
///
/// H begins at I, and at sᵀy/yᵀy I before the first update (Nocedal & Wright 2006, eq. 6.20). It satisfies the secant equation
/// H y = s, and stays positive definite as sᵀy > 0, which a Wolfe line search sees to; a pair without is left out, or damped. Both
/// gradients of a pair are taken on the same batch. On a quadratic in n dimensions, with exact line searches, it makes the steps of
/// conjugate gradient, and H is the inverse Hessian after n of them.
///
/// It keeps n² numbers: more than `max_parameters` are refused; L-BFGS has no such limit.
///
/// Defaults: the sum, which treats rows and columns alike; strong Wolfe line search with c₁ = 1e-4, c₂ = 0.9.
///
/// State: H.
///
/// J. Nocedal, S. J. Wright: Numerical Optimization. 2nd edition, 2006, chapter 6.
struct BfgsOptions {
  enum class Update { product, sum };
  Update update = Update::sum;
  BadCurvature bad_curvature = BadCurvature::skip;
  bool scale_initial = true;     ///< whether H is scaled before the first update
  Index max_parameters = 20000;  ///< H then takes 3.2 GB in double
  LineSearch line_search = {};
  void visit(OptionVisitor&);
};

///     Bfgs<double> bfgs;
template <class Scalar = double>
class Bfgs : public LineSearchMethod<Scalar> {
 public:
  explicit Bfgs(BfgsOptions options = {});

 private:
  using typename LineSearchMethod<Scalar>::Ref;
  using typename LineSearchMethod<Scalar>::View;
  using typename LineSearchMethod<Scalar>::Point;
  using typename LineSearchMethod<Scalar>::Move;
  double direction(const Point& at, Ref d, StepReport& report) override;
  void moved(const Move& move) override;
  bool learns_from_gradient(Objective<Scalar>&) const override { return true; }
  void forget() override;
  void begin(const Layout& layout) override;
  void visit_state(StateVisitor& visitor) override;

  void multiply(View x, Ref out) const;      // H x
  void add_outer(double a, View x, View y);  // H += a x yᵀ

  BfgsOptions options_;
  Vector<Scalar> h_;   // row by row
  Index updates_ = 0;  // since H was I
  Vector<Scalar> s_, y_, hy_;
};

extern template class Bfgs<float>;
extern template class Bfgs<double>;

}  // namespace gradus
