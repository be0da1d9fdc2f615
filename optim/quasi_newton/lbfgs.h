#pragma once
#include "../line_search/line_search_method.h"
#include "curvature_pairs.h"
#include "two_loop.h"

namespace gradus {

/// L-BFGS: BFGS in limited memory. Of the inverse Hessian approximation it keeps the last m pairs s, y only, and applies it by
/// the two-loop recursion.
///
///     d = −H g,  H: BFGS updates of D by the pairs, the oldest first:   q ← g
///         for the pairs, newest first:   α_i ← s_iᵀq / s_iᵀy_i,   q ← q − α_i y_i
///         r ← D q
///         for the pairs, oldest first:   β_i ← y_iᵀr / s_iᵀy_i,   r ← r + (α_i − β_i) s_i
///         d ← −r
///     θ⁺ = θ + α d,   α by the line search, tried first: 1; min(1, 1/‖g‖) where there are no pairs
///     s = θ⁺ − θ,   y = ∇f(θ⁺) − ∇f(θ)
///
/// Initial matrices, of the newest pair:
///     identity:   D = γ I with γ = sᵀy / yᵀy (Nocedal & Wright 2006, eq. 7.20)
///     diagonal:   D ← (sᵀy / yᵀDy) D, then 1/D_i ← 1/D_i + y_i²/sᵀy − (s_i/D_i)² / Σ_j s_j²/D_j (Gilbert & Lemaréchal 1989)
///
/// Both gradients of a pair are taken on the same cases, so that y measures curvature and not the difference of two batches:
///     batch:     the step's batch, whatever batch the next step is on (Schraudolph, Yu & Günter 2007)
///     overlap:   the cases that the batch shares with the next one (Berahas, Nocedal & Takáč 2016), see TrainOptions::batch_overlap; the
///                step's batch where it shares none
/// A pair with sᵀy ≤ ε‖s‖‖y‖ is left out, or damped. With noisy gradients a line search holds on to one batch's loss: take
/// batches that are large.
///
/// Defaults: m = 10 (SciPy; libLBFGS 6, torch 100), strong Wolfe line search with c₁ = 1e-4, c₂ = 0.9 (Nocedal & Wright 2006, §3.1).
///
/// State: s, y of m pairs, m × m inner products; D where it is diagonal; with pairs of the overlap two gradients.
///
/// J. Nocedal: Updating quasi-Newton matrices with limited storage. Mathematics of Computation 35 (1980) 773–782.
/// D. C. Liu, J. Nocedal: On the limited memory BFGS method for large scale optimization. Mathematical Programming 45 (1989) 503–528.
/// A. S. Berahas, J. Nocedal, M. Takáč: A multi-batch L-BFGS method for machine learning. NIPS 2016.
struct LbfgsOptions {
  Index curvature_pairs = 10;  ///< m, 1 … 1000
  Initial initial = Initial::identity;
  enum class Pairs { same_batch, overlap } pairs = Pairs::same_batch;
  BadCurvature bad_curvature = BadCurvature::skip;
  LineSearch line_search = {};
  void visit(OptionVisitor&);
};

///     Lbfgs<double> lbfgs({.curvature_pairs = 20});
template <class Scalar = float>
class Lbfgs : public LineSearchMethod<Scalar> {
 public:
  explicit Lbfgs(LbfgsOptions options = {});

 private:
  using typename LineSearchMethod<Scalar>::Ref;
  using typename LineSearchMethod<Scalar>::Point;
  using typename LineSearchMethod<Scalar>::Move;
  double direction(const Point& at, Ref d, StepReport& report) override;
  void moved(const Move& move) override;
  bool learns_from_gradient(Objective<Scalar>& objective) const override {
    return pairs_objective(objective) == nullptr;
  }
  /// The overlap, where pairs are of that and there is one.
  Objective<Scalar>* pairs_objective(Objective<Scalar>& objective) const;
  void forget() override { recursion_.clear(); }
  void begin(const Layout& layout) override;
  void visit_state(StateVisitor& visitor) override { recursion_.visit(visitor); }

  LbfgsOptions options_;
  TwoLoopRecursion<Scalar> recursion_;
  Vector<Scalar> g_, next_g_;  // on the overlap
};

extern template class Lbfgs<float>;
extern template class Lbfgs<double>;

}  // namespace gradus
