#pragma once
#include "../optimizer.h"
#include "../options.h"
#include "conjugate_gradient.h"
#include "finite_difference_curvature.h"

namespace gradus {

/// Hessian-free optimization: conjugate gradient on a damped quadratic model, truncated, for networks that first-order
/// methods find hard. It takes products with the curvature B and never forms it.
///
///     M = (D + λ + penalty)^ξ                    D the mean over cases of squared gradients, the empirical Fisher diagonal
///     p₁, p₂, … from conjugate gradient on (B + λI) p = −g with M, beginning at ζ times its last solution;
///                                                until a limit, or (φᵢ − φᵢ₋ₖ)/φᵢ < 5e-4 k, k = max(10, ⌈i/10⌉)
///     p = pⱼ, of j = 5, 7, 9, 11, 15, …, ⌈5·1.3ʲ⌉ and the last: from the last back as long as f(θ + pⱼ) does not rise
///     ρ = (f(θ + p) − f(θ)) / (gᵀp + ½ pᵀB p)    on the curvature's cases; −∞ where their loss rises
///     α = the first of 1, 0.8, 0.8², … with f(θ + αp) ≤ f(θ) + c α gᵀp;  none in 60: the step is left out
///     θ ← θ + αp,     λ ← ω λ where ρ < ¼ (or is no number),  λ/ω where ρ > ¾
///
/// B is the Gauss–Newton matrix; or the Hessian, exact or by differences of gradients, on whose negative curvature
/// conjugate gradient ends. B, D and ρ are of the curvature's cases, which may be a part of the gradient's (in train():
/// curvature_batch_size) and are taken to be the same where they are as many; g, the choice of p and α are of the
/// gradient's.
///
/// Where forms differ, Martens' published code is the default. There and here, λ is added to the curvature of the mean loss
/// (in the paper of 2010 to that of the sum); ρ is of the undamped model (`damped_ratio`: + ½λ‖p‖²) and of p, not αp; the
/// next solution begins at the last pⱼ, also where an earlier one was chosen (`warm_start_from_chosen`), ζ times (in the
/// paper ζ = 1). Of our own: D is of the curvature's cases, there of all; a direction that leads up (gᵀp > 0, as a warm start
/// or the Hessian may give) must not raise f; λ stays within 1e-20 … 1e20, and shrinks where the step's promise is less than
/// the rounding of f.
///
/// Each trick is an option of its own. The plain form, as in lectures, conjugate gradient on the Hessian up to a residual, is
///     {"matrix": "hessian", "initial_damping": 0, "preconditioner_exponent": 0, "warm_start": 0, "progress_tolerance": 0,
///      "residual_tolerance": 1e-6, "backtracking": false, "line_search": false}
/// to which they are added one by one: the line search; matrix gauss-newton; damping, first constant (damping_factor 1),
/// then by ρ (1.5); the stop by progress; the warm start; backtracking; the preconditioner, which needs an objective with
/// an empirical Fisher diagonal. Deep networks begin with sparse weights (init::sparse).
///
/// Defaults: λ = 45 at first, ω = 3/2, ξ = 3/4, ζ = 0.95, 250 iterations (the paper's; "too many" for some problems, where
/// the author took 100 or 150), c = 1e-2 (Martens' code).
///
/// State: λ, the last solution.
///
/// J. Martens: Deep learning via Hessian-free optimization. ICML 2010. J. Martens, I. Sutskever: Training deep and recurrent
/// networks with Hessian-free optimization. In Neural networks: tricks of the trade, 2012, chapter 20.
struct HessianFreeOptions {
  enum class Matrix { gauss_newton, hessian, differences };
  Matrix matrix = Matrix::gauss_newton;  ///< B
  double initial_damping = 45;           ///< λ; 0: none
  double damping_factor = 1.5;           ///< ω; 1: λ stays
  bool damped_ratio = false;
  double preconditioner_exponent = 0.75;  ///< ξ; 0: no preconditioner
  double penalty = 0;                     ///< the λ of the objective's own ½ λ ‖θ‖², for M alone
  double warm_start = 0.95;               ///< ζ; 0: none
  bool warm_start_from_chosen = false;
  Index max_iterations = 250;        ///< of conjugate gradient
  double progress_tolerance = 5e-4;  ///< 0: it does not stop by progress
  double residual_tolerance = 0;  ///< it stops at ‖r‖ ≤ this ‖g‖; 0: only at the rounding of that
  bool backtracking = true;       ///< false: the last p
  bool line_search = true;        ///< false: α = 1
  double sufficient_decrease = 1e-2;  ///< c
  double shrink = 0.8;
  Index max_trials = 60;
  void visit(OptionVisitor&);
};

///     HessianFree<float> method({.max_iterations = 100});
///
/// A step whose line search fails is Status::skipped where the next one differs, by λ or by its cases, else
/// line_search_failed; or rounding_floor, where values no longer tell its points apart.
template <class Scalar = float>
class HessianFree : public Optimizer<Scalar> {
 public:
  using typename Optimizer<Scalar>::Ref;
  using View = std::span<const Scalar>;

  explicit HessianFree(HessianFreeOptions options = {});
  std::string_view name() const override { return "hessian-free"; }
  void reset(const Layout& layout) override;
  StepReport step(Objective<Scalar>& objective, Ref theta) override;
  void visit(StateVisitor& visitor) override;

 private:
  // A point θ + α p that was looked at, p being an iterate of the last solve.
  struct Trial {
    Index iterate;
    double alpha, value;
  };
  void run(Objective<Scalar>& objective, Ref theta, StepReport& report);
  Curvature<Scalar>& curvature(Objective<Scalar>& objective, View theta);
  bool precondition(Objective<Scalar>& objective, View theta);
  ConjugateGradientResult solve(Curvature<Scalar>& B);
  View point(View theta, Index iterate, double alpha);
  Trial try_point(Objective<Scalar>& objective, View theta, Index iterate, double alpha);
  Trial backtrack(Objective<Scalar>& objective, View theta);
  double reduction_ratio(Curvature<Scalar>& B, View theta, const Trial& trial, double loss);
  bool search_line(Objective<Scalar>& objective, View theta, double loss, double slope, Trial& trial);
  void adapt_damping(double rho);

  HessianFreeOptions options_;
  double lambda_ = 0;
  Vector<Scalar> solution_;
  // Not state:
  Vector<Scalar> b_, M_, point_;  // −g, the preconditioner's diagonal, the point that was looked at last
  ConjugateGradientScratch<Scalar> scratch_;
  ConjugateGradientIterates<Scalar> iterates_;
  FiniteDifferenceCurvature<Scalar> differences_;
};

extern template class HessianFree<float>;
extern template class HessianFree<double>;

}  // namespace gradus
