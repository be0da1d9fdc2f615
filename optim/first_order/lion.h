#pragma once
#include "first_order.h"

namespace gradus {

/// Lion: moves every element by the same amount, along the sign of an interpolated momentum.
///
///     u = sign(β₁ m + (1 − β₁) g)          sign(0) = 0
///     θ ← θ − η (u + λ θ)
///     m ← β₂ m + (1 − β₂) g
///
/// The step's size is η in every element, whatever the gradient's is; so η is to be 3 to 10 times smaller than
/// Adam's, and λ so much larger than AdamW's (section 5). λ is decoupled: it goes past the sign.
///
/// Defaults: η = 1e-4, β₁ = 0.9, β₂ = 0.99 (paper, Algorithm 2), λ = 0. optax has λ = 1e-3.
///
/// State: m.
///
/// X. Chen, C. Liang, D. Huang, E. Real, K. Wang, Y. Liu, H. Pham, X. Dong, T. Luong, C.-J. Hsieh, Y. Lu,
/// Q. V. Le: Symbolic discovery of optimization algorithms. NeurIPS 2023, arXiv:2302.06675.
struct LionOptions {
  Schedule learning_rate = 1e-4;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.99;
  double weight_decay = 0;  ///< λ
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Lion lion({.learning_rate = 1e-4});
template <class Scalar = float>
class Lion : public FirstOrder<Scalar> {
 public:
  explicit Lion(LionOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  LionOptions options_;
  Vector<Scalar> m_;
};

extern template class Lion<float>;
extern template class Lion<double>;

}  // namespace gradus
