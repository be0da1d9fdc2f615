#pragma once
#include "first_order.h"

namespace gradus {

/// Rprop: resilient backpropagation; each element has a step size of its own, which grows while its gradient
/// keeps its sign and shrinks where the sign changes.
///
///     per element, Δ begins at initial_step, g_before and move at 0:
///     g·g_before > 0:   Δ ← min(η⁺ Δ, Δ_max);   move = −sign(g) Δ;   g_before = g
///     g·g_before < 0:   Δ ← max(η⁻ Δ, Δ_min);   move = −move;        g_before = 0
///     g·g_before = 0:                           move = −sign(g) Δ;   g_before = g
///     θ ← θ + move
///
/// [torch] Where the sign changes the last move is not taken back ("iRprop⁻" of Igel & Hüsken, who call the
/// paper's "Rprop⁺").
///     g·g_before < 0:   Δ ← max(η⁻ Δ, Δ_min);   move = 0;   g_before = 0
///
/// It looks at the gradient's signs alone, so its size does not matter and there is no learning rate. It is made
/// for full batches: those of mini-batches are noise. decoupled_weight_decay acts with η = 1.
///
/// Defaults: initial_step = 0.1, η⁺ (increase) = 1.2, η⁻ (decrease) = 0.5, Δ_min (min_step) = 1e-6,
/// Δ_max (max_step) = 50 (paper). PyTorch has initial_step = 0.01.
///
/// State: Δ, g_before, move (torch: Δ, g_before).
///
/// M. Riedmiller, H. Braun: A direct adaptive method for faster backpropagation learning: The RPROP algorithm.
/// IEEE International Conference on Neural Networks 1993, 586–591. C. Igel, M. Hüsken: Empirical evaluation of
/// the improved Rprop learning algorithms. Neurocomputing 50 (2003) 105–123.
struct RpropOptions {
  double initial_step = 0.1;
  double increase = 1.2;   ///< η⁺
  double decrease = 0.5;   ///< η⁻
  double min_step = 1e-6;  ///< Δ_min
  double max_step = 50;    ///< Δ_max
  Dialect dialect = Dialect::paper;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Rprop rprop({.initial_step = 0.01});
template <class Scalar = float>
class Rprop : public FirstOrder<Scalar> {
 public:
  explicit Rprop(RpropOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  void begin(const Layout&) override;
  Change update(const RuleStep<Scalar>& step) override;

  RpropOptions options_;
  Vector<Scalar> delta_, g_before_, move_;
};

extern template class Rprop<float>;
extern template class Rprop<double>;

}  // namespace gradus
