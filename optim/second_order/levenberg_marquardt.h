#pragma once
#include <string>

#include "../optimizer.h"
#include "../options.h"
#include "conjugate_gradient.h"
#include "dense_curvature.h"

namespace gradus {

/// Levenberg–Marquardt: damped Gauss–Newton steps for least squares, and for any loss that has a Gauss–Newton matrix.
///
///     (G + λ D) d = −g
///     ρ = (f(θ) − f(θ + d)) / (−gᵀd − ½ dᵀG d)
///     where ρ > 0:        θ ← θ + d,   λ ← λ max(1/3, 1 − (2ρ − 1)³)
///     otherwise, again:   λ ← λ ν,   ν ← 2ν;   each step begins with ν = 2
///
/// G is the Gauss–Newton matrix at θ, JᵀJ of a sum ½‖r‖², J the Jacobian of r. D is the largest Gᵢᵢ so far, element by
/// element, so that steps do not depend on the variables' units ("marquardt"; Moré 1978), or I ("none"). λ begins as
/// initial_damping · max Gᵢᵢ/Dᵢ, and never falls below the rounding of that maximum. Up to dense_limit parameters G is
/// formed, by n products a step, and its Cholesky factor solves. Beyond, conjugate gradient does, with up to cg_iterations
/// products for each λ; D is then I, and gᵀGg/gᵀg stands for the maximum.
///
/// θ only moves to where f is smaller; a step tries up to 1 + max_rejections values of λ. Where the model promises less
/// than f is rounded by (8 ε |f|, and ½ ε Σ|gᵢ θᵢ| by the rounding of θ), gradients stand for values, ρ = −½ (g + g₊)ᵀd / …, and
/// d is taken when that is positive, gᵀD⁻¹g decreases and f does not rise by more than it is rounded. Where that fails, too,
/// the status is rounding_floor; it is converged only where g = 0.
///
/// Defaults: initial_damping = 1e-3 and the rule for λ of Nielsen; scaling = marquardt, dense_limit = 500, cg_iterations =
/// 250, max_rejections = 30.
///
/// State: λ, D.
///
/// K. Levenberg 1944; D. Marquardt 1963; J. J. Moré: The Levenberg–Marquardt algorithm: implementation and theory, 1978;
/// H. B. Nielsen: Damping parameter in Marquardt's method. Report IMM-REP-1999-05, Technical University of Denmark, 1999.
struct LevenbergMarquardtOptions {
  enum class Scaling { marquardt, none };
  Scaling scaling = Scaling::marquardt;
  double initial_damping = 1e-3;  ///< τ
  Index dense_limit = 500;
  Index cg_iterations = 250;
  Index max_rejections = 30;
  void visit(OptionVisitor&);
};

///     LevenbergMarquardt<double> method({.initial_damping = 1});
template <class Scalar = float>
class LevenbergMarquardt : public Optimizer<Scalar> {
 public:
  using typename Optimizer<Scalar>::Ref;
  using View = std::span<const Scalar>;

  explicit LevenbergMarquardt(LevenbergMarquardtOptions options = {});
  std::string_view name() const override { return "levenberg-marquardt"; }
  void reset(const Layout& layout) override;
  StepReport step(Objective<Scalar>& objective, Ref theta) override;
  void visit(StateVisitor& visitor) override;

 private:
  struct Trial {
    double f, rho;
  };
  bool dense() const { return std::ssize(g_) <= options_.dense_limit; }
  void prepare(Curvature<Scalar>& G, const Objective<Scalar>& objective, StepReport& report);
  double solve(double lambda, Curvature<Scalar>& G, StepReport& report);
  Trial attempt(Objective<Scalar>& objective, double promised, double rounding, StepReport& report);
  double squares(View v, bool inverse) const;

  LevenbergMarquardtOptions options_;
  double lambda_ = 0;  // 0: to be chosen
  Vector<Scalar> D_;
  // Not state:
  double largest_ = 0;  // max Gᵢᵢ/Dᵢ
  Vector<Scalar> g_, d_, next_, next_g_;
  DenseCurvature<Scalar> matrix_;
  ConjugateGradientScratch<Scalar> scratch_;
};

extern template class LevenbergMarquardt<float>;
extern template class LevenbergMarquardt<double>;

}  // namespace gradus
