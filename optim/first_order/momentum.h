#pragma once
#include "first_order.h"

namespace gradus {

/// Momentum (the heavy ball): gathers a velocity along directions in which successive gradients agree.
///
///     v ← μ v − η g
///     θ ← θ + v
///
/// [torch] η is applied to the whole velocity, not to each gradient as it comes in.
///     b ← μ b + g
///     θ ← θ − η b
///
/// The forms are one where η is constant (v = −η b); under a schedule the first keeps, in v, the rates at
/// which its gradients came in. A gradient that stays the same moves θ by up to η/(1 − μ) times it. μ may
/// follow a schedule of its own, such as Sutskever's.
///
/// Defaults: η = 0.01, μ = 0.9. In Keras and PyTorch μ = 0, which is sgd; optax's sgd has torch's form.
///
/// State: v (torch: b).
///
/// B. T. Polyak: Some methods of speeding up the convergence of iteration methods. USSR Computational
/// Mathematics and Mathematical Physics 4 (5) (1964) 1–17, eq. 9. I. Sutskever, J. Martens, G. Dahl, G.
/// Hinton: On the importance of initialization and momentum in deep learning. ICML 2013, PMLR 28 (3)
/// 1139–1147, eqs. 1–2.
struct MomentumOptions {
  Schedule learning_rate = 0.01;  ///< η
  Schedule momentum = 0.9;        ///< μ
  Dialect dialect = Dialect::paper;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Momentum momentum({.learning_rate = 0.01, .momentum = 0.9});
template <class Scalar = float>
class Momentum : public FirstOrder<Scalar> {
 public:
  explicit Momentum(MomentumOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  using typename FirstOrder<Scalar>::Schedules;
  void state(const Fields& each) override;
  void schedules(const Schedules& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  MomentumOptions options_;
  Vector<Scalar> v_;
};

extern template class Momentum<float>;
extern template class Momentum<double>;

}  // namespace gradus
