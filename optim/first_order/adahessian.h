#pragma once
#include "first_order.h"

namespace gradus {

/// AdaHessian: Adam with the Hessian's diagonal in place of the gradient in its second moment.
///
///     D = z∘Hz,   z random signs
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) D²
///     m̂ = m/(1 − β₁ᵗ)
///     v̂ = v/(1 − β₂ᵗ)
///     θ ← θ − η m̂/((√v̂)^power + ε) − η λ θ
///
/// H is the Hessian at θ of the objective that g is of, on the same batch; without l2. With power 1 a step is about
/// Newton's on a quadratic with a diagonal Hessian, so η is of the size of 1; a smaller power is between that and
/// gradient descent. Where all D were about 0, a step is η m̂/ε: a larger ε bounds it. D is not averaged over neighbours, which the paper does for convolutions alone. λ is decoupled. It
/// takes one gradient and one Hessian product (about two gradients' work) a step. The signs depend on the seed and the
/// step alone.
///
/// Defaults: η = 0.15, β₁ = 0.9, β₂ = 0.999, power = 1 (paper and authors' code), ε = 1e-8, λ = 0. The authors' code has
/// ε = 1e-4.
///
/// State: m, v.
///
/// Z. Yao, A. Gholami, S. Shen, M. Mustafa, K. Keutzer, M. W. Mahoney: ADAHESSIAN: An adaptive second order optimizer
/// for machine learning. AAAI 2021, arXiv:2006.00719, Algorithm 1.
struct AdahessianOptions {
  Schedule learning_rate = 0.15;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double power = 1;
  double weight_decay = 0;  ///< λ
  Index seed = 0;           ///< of the random signs
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Adahessian adahessian({.learning_rate = 0.15});
template <class Scalar = float>
class Adahessian : public FirstOrder<Scalar> {
 public:
  explicit Adahessian(AdahessianOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  void begin(const Layout& layout) override;
  Change update(const RuleStep<Scalar>& step) override;

  AdahessianOptions options_;
  Vector<Scalar> m_, v_;
  Vector<Scalar> z_, product_;  // not state
};

extern template class Adahessian<float>;
extern template class Adahessian<double>;

}  // namespace gradus
