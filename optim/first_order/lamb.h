#pragma once
#include "first_order.h"

namespace gradus {

/// LAMB: AdamW whose step in each matrix or vector of parameters is scaled to that block's norm.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     r = (m/(1 − β₁ᵗ))/(√(v/(1 − β₂ᵗ)) + ε) + λ θ
///     for each block w of θ:   q = ‖w‖/‖r‖ over the block,   1 where either is 0
///     w ← w − η q r
///
/// Norms are ‖·‖₂ over all elements; φ(z) = z. So a block moves by η times its own norm. Vectors are scaled, too:
/// a bias that begins at 0 makes a first step of η r. ε is outside of the root; λ goes past m and v, but not past q.
///
/// Defaults: η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-6 (paper, optax), λ = 0. The paper has λ = 0.01.
///
/// State: m, v.
///
/// Y. You, J. Li, S. Reddi, J. Hseu, S. Kumar, S. Bhojanapalli, X. Song, J. Demmel, K. Keutzer, C.-J. Hsieh:
/// Large batch optimization for deep learning: Training BERT in 76 minutes. ICLR 2020, arXiv:1904.00962,
/// Algorithm 2.
struct LambOptions {
  Schedule learning_rate = 1e-3;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-6;
  double weight_decay = 0;  ///< λ
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Lamb lamb({.learning_rate = 0.01, .weight_decay = 0.01});
template <class Scalar = float>
class Lamb : public FirstOrder<Scalar> {
 public:
  explicit Lamb(LambOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  void begin(const Layout& layout) override;
  Change update(const RuleStep<Scalar>& step) override;

  LambOptions options_;
  Vector<Scalar> m_, v_;
  Vector<Scalar> r_;  // not state: made anew in each step
};

extern template class Lamb<float>;
extern template class Lamb<double>;

}  // namespace gradus
