#pragma once
#include "first_order.h"

namespace gradus {

/// Nesterov's accelerated gradient as a momentum: the gradient is taken where the velocity alone would
/// lead.
///
///     g = ∇f(θ + μ v)
///     v ← μ v − η g
///     θ ← θ + v
///
/// [torch] θ stands for θ + μ v, where the gradient is taken.
///     g = ∇f(θ)
///     b ← μ b + g
///     θ ← θ − η (g + μ b)
///
/// [keras] θ stands for θ + μ v, where the gradient is taken; η is in the velocity.
///     g = ∇f(θ)
///     v ← μ v − η g
///     θ ← θ + μ v − η g
///
/// With constant η and μ all are one method: torch's and keras' θ is the paper's θ + μ v. In the paper's
/// form loss, gradient and l2 of a step are those at θ + μ v, too. On a quadratic it is momentum with the
/// coefficient μ (1 − λη) along the eigenvector of curvature λ (Sutskever et al., Theorem 2.1): less of it
/// where λ is large. μ may follow a schedule of its own, such as Sutskever's.
///
/// Defaults: η = 0.01, μ = 0.9. In Keras and PyTorch μ = 0, which is sgd.
///
/// State: v (torch: b).
///
/// Yu. Nesterov: A method of solving a convex programming problem with convergence rate O(1/k²). Soviet
/// Mathematics Doklady 27 (2) (1983) 372–376. I. Sutskever, J. Martens, G. Dahl, G. Hinton: On the
/// importance of initialization and momentum in deep learning. ICML 2013, PMLR 28 (3) 1139–1147, eqs. 3–4.
struct NesterovOptions {
  Schedule learning_rate = 0.01;  ///< η
  Schedule momentum = 0.9;        ///< μ
  Dialect dialect = Dialect::paper;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Nesterov nesterov({.learning_rate = 0.01, .momentum = 0.9});
template <class Scalar = float>
class Nesterov : public FirstOrder<Scalar> {
 public:
  explicit Nesterov(NesterovOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  using typename FirstOrder<Scalar>::Schedules;
  using typename FirstOrder<Scalar>::View;
  void state(const Fields& each) override;
  void schedules(const Schedules& each) override;
  void begin(const Layout& layout) override;
  View point(Index t, View theta) override;
  Change update(const RuleStep<Scalar>& step) override;

  NesterovOptions options_;
  Vector<Scalar> v_, ahead_;
};

extern template class Nesterov<float>;
extern template class Nesterov<double>;

}  // namespace gradus
