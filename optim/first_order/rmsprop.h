#pragma once
#include "first_order.h"

namespace gradus {

/// RMSprop: divides each element's gradient by the root of the running mean of its square.
///
///     v ← ρ v + (1 − ρ) g²
///     θ ← θ − η g/(√v + ε)
///
/// [lecture, keras] ε inside of the root.
///     θ ← θ − η g/√(v + ε)
///
/// It is Adagrad with a mean that forgets in place of the sum, so that its rate does not fall for ever. v
/// is not corrected for its start at 0: the first steps are larger, by up to 1/√(1 − ρ).
///
/// Defaults: η = 0.001, ρ = 0.9 (the slides; Keras), ε = 1e-8 (the slides print none). PyTorch has η =
/// 0.01, ρ = 0.99 ("alpha"), ε = 1e-8; Keras ε = 1e-7; optax ε = 1e-8 inside of the root.
///
/// State: v.
///
/// T. Tieleman, G. Hinton: Lecture 6.5 – RMSProp: divide the gradient by a running average of its recent
/// magnitude. COURSERA: Neural Networks for Machine Learning, 2012.
struct RmspropOptions {
  Schedule learning_rate = 1e-3;  ///< η
  double decay = 0.9;             ///< ρ
  double epsilon = 1e-8;
  Dialect dialect = Dialect::paper;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Rmsprop rmsprop({.learning_rate = 1e-3});
template <class Scalar = float>
class Rmsprop : public FirstOrder<Scalar> {
 public:
  explicit Rmsprop(RmspropOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  RmspropOptions options_;
  Vector<Scalar> v_;
};

extern template class Rmsprop<float>;
extern template class Rmsprop<double>;

}  // namespace gradus
