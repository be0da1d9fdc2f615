#pragma once
#include "first_order.h"

namespace gradus {

/// Adamax: Adam with the (decayed) maximum of the gradient's magnitude in place of the root of its mean
/// square.
///
///     m ← β₁ m + (1 − β₁) g
///     u ← max(β₂ u, |g|)
///     θ ← θ − η/(1 − β₁ᵗ) m/u          0/0 = 0
///
/// [torch] ε within the maximum.
///     u ← max(β₂ u, |g| + ε)
///
/// [keras] ε added to u.
///     θ ← θ − η/(1 − β₁ᵗ) m/(u + ε)
///
/// The paper's form has no ε, and its steps are the same, whatever the scale of the loss. u needs no
/// correction for its start at 0.
///
/// Defaults: η = 0.002, β₁ = 0.9, β₂ = 0.999 (paper; PyTorch), ε = 1e-8 (PyTorch). Keras has η = 0.001, ε =
/// 1e-7.
///
/// State: m, u.
///
/// D. P. Kingma, J. Ba: Adam: A method for stochastic optimization. ICLR 2015, arXiv:1412.6980, Algorithm
/// 2.
struct AdamaxOptions {
  Schedule learning_rate = 2e-3;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;  ///< of the dialects torch and keras alone
  Dialect dialect = Dialect::paper;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Adamax adamax({.learning_rate = 2e-3});
template <class Scalar = float>
class Adamax : public FirstOrder<Scalar> {
 public:
  explicit Adamax(AdamaxOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  AdamaxOptions options_;
  Vector<Scalar> m_, u_;
};

extern template class Adamax<float>;
extern template class Adamax<double>;

}  // namespace gradus
