#pragma once
#include <string_view>

#include "line_search_method.h"

namespace gradus {

/// Nonlinear conjugate gradient: each direction is the steepest descent, bent so that it does not undo what the last one did.
///
///     d⁺ = −g⁺ + β d,   θ⁺ = θ + α d,   y = g⁺ − g
///     Polak–Ribière+:   β = max(yᵀg⁺ / gᵀg, 0)
///     Hager–Zhang:      β = max((y − 2 d yᵀy/dᵀy)ᵀ g⁺ / dᵀy, η_k),   η_k = −1/(‖d‖ min(0.01, ‖g‖))
///
/// The first direction is −g, and so is one that would not descend. On a quadratic with exact line searches both are the linear
/// method: n steps in n dimensions. y and the gradients of β are taken on the batch of the step that ended; a new batch's gradient
/// begins the next direction.
///
/// α is tried first where the last step's decrease would be repeated: α = α₋ φ'₋(0)/φ'(0) (Nocedal & Wright 2006, eq. 3.60); in the
/// first step at min(1, 1/‖g‖).
///
/// Defaults: Polak–Ribière+ with the strong Wolfe search, c₁ = 1e-4 and c₂ = 0.1, as conjugate directions want a search that is
/// nearly exact (Nocedal & Wright, §5.2). For Hager–Zhang as in their paper (§3): beta = hager-zhang, line_search = hager-zhang,
/// sufficient_decrease = 0.1, curvature = 0.9.
///
/// State: the last d, α, φ'(0), and β.
///
/// E. Polak, G. Ribière: Note sur la convergence de méthodes de directions conjuguées. RIRO 3 (1969) 35–43; the +: M. J. D. Powell
/// 1984. W. W. Hager, H. Zhang: A new conjugate gradient method with guaranteed descent and an efficient line search. SIAM
/// Journal on Optimization 16 (2005) 170–192.
struct NonlinearCgOptions {
  enum class Beta { polak_ribiere, hager_zhang };
  Beta beta = Beta::polak_ribiere;
  LineSearch line_search = {.curvature = 0.1};
  void visit(OptionVisitor&);
};

///     NonlinearCg<double> cg;
template <class Scalar = float>
class NonlinearCg : public LineSearchMethod<Scalar> {
 public:
  explicit NonlinearCg(NonlinearCgOptions options = {});

 private:
  using typename LineSearchMethod<Scalar>::View;
  using typename LineSearchMethod<Scalar>::Ref;
  using typename LineSearchMethod<Scalar>::Point;
  using typename LineSearchMethod<Scalar>::Move;
  double direction(const Point& at, Ref d, StepReport& report) override;
  void moved(const Move& move) override;
  bool learns_from_gradient(Objective<Scalar>&) const override { return true; }
  void forget() override { beta_ = 0; }
  void begin(const Layout& layout) override;
  void visit_state(StateVisitor& visitor) override { visitor.scalar("beta", beta_); }

  NonlinearCgOptions options_;
  double beta_ = 0;
  Vector<Scalar> y_;  // not state
};

extern template class NonlinearCg<float>;
extern template class NonlinearCg<double>;

}  // namespace gradus
