#pragma once
#include "first_order.h"

namespace gradus {

/// Adadelta: scales the gradient by the ratio of the root mean squares of past updates and of past
/// gradients, so that it needs no learning rate.
///
///     E[g²] ← ρ E[g²] + (1 − ρ) g²
///     Δ     = −√(E[Δ²] + ε)/√(E[g²] + ε) g
///     E[Δ²] ← ρ E[Δ²] + (1 − ρ) Δ²
///     θ     ← θ + Δ
///
/// Δ has the units of θ, and does not change with the scale of the loss, up to ε. E[Δ²] begins at 0, so
/// that ε alone sets the first steps, of size √(ε/(1 − ρ)): a slow start for a small ε. All dialects have
/// this form; PyTorch and Keras multiply Δ, after it has entered E[Δ²], by a learning rate, which is 1 in
/// PyTorch and 0.001 in Keras. decoupled_weight_decay is multiplied by η = 1.
///
/// Defaults: ρ = 0.95, ε = 1e-6 (paper, section 4.1). PyTorch has ρ = 0.9, ε = 1e-6; Keras ε = 1e-7.
///
/// State: E[g²], E[Δ²].
///
/// M. D. Zeiler: ADADELTA: An adaptive learning rate method. arXiv:1212.5701, 2012, Algorithm 1.
struct AdadeltaOptions {
  double decay = 0.95;    ///< ρ
  double epsilon = 1e-6;  ///< > 0: with 0 it would never move
  Dialect dialect = Dialect::paper;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Adadelta adadelta({.decay = 0.95});
template <class Scalar = float>
class Adadelta : public FirstOrder<Scalar> {
 public:
  explicit Adadelta(AdadeltaOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  AdadeltaOptions options_;
  Vector<Scalar> squares_, updates_;
};

extern template class Adadelta<float>;
extern template class Adadelta<double>;

}  // namespace gradus
