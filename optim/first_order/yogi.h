#pragma once
#include "first_order.h"

namespace gradus {

/// Yogi: Adam whose v moves towards g² by steps that do not grow with its distance, so that the effective
/// rate η/√v cannot rise quickly.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← v − (1 − β₂) sign(v − g²) g²          sign(0) = 0
///     θ ← θ − η m/(√v + ε)
///
/// v begins at initial_accumulator, and stays at least 0. There is no correction for m's start at 0.
///
/// Defaults: η = 0.01, β₁ = 0.9, β₂ = 0.999, ε = 1e-3 (paper, section 5), initial_accumulator = 1e-6
/// (optax; the paper begins with the squared gradient of a large batch). optax corrects as Adam does, and
/// begins m at 1e-6, too.
///
/// State: m, v.
///
/// M. Zaheer, S. J. Reddi, D. Sachan, S. Kale, S. Kumar: Adaptive methods for nonconvex optimization.
/// NeurIPS 2018, Algorithm 2.
struct YogiOptions {
  Schedule learning_rate = 0.01;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-3;
  double initial_accumulator = 1e-6;  ///< what v begins at
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Yogi yogi({.learning_rate = 0.01});
template <class Scalar = float>
class Yogi : public FirstOrder<Scalar> {
 public:
  explicit Yogi(YogiOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  void begin(const Layout& layout) override;
  Change update(const RuleStep<Scalar>& step) override;

  YogiOptions options_;
  Vector<Scalar> m_, v_;
};

extern template class Yogi<float>;
extern template class Yogi<double>;

}  // namespace gradus
