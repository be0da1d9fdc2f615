#pragma once
#include "first_order.h"

namespace gradus {

/// Gradient descent (Cauchy 1847): moves against the gradient. Stochastic, where the objective is a loss on a
/// batch drawn anew for each step (Robbins & Monro 1951).
///
///     θ ← θ − η g
///
/// It is one method with three names, by the batch that the loop chooses: stochastic gradient descent for one
/// case a step, mini-batch gradient descent for some, (full-)batch gradient descent for all. The loss is a
/// mean over the batch, so that η means the same for batches of all sizes; where others sum over the batch,
/// their η is ours divided by the batch size.
///
/// It converges for a convex f with Lipschitz gradient where η < 2/L, L the largest eigenvalue of the Hessian
/// (Nesterov 2004, §2.1.5); with stochastic gradients, for a strongly convex f, to a neighbourhood of the
/// minimum whose size is proportional to η (Bottou, Curtis & Nocedal 2018, Theorem 4.6).
///
/// Default: η = 0.01, as in Keras. Networks of rectified linear units on images in [0, 1], in batches of
/// about 100, bear ten to fifty times as much.
///
/// State: none.
///
/// H. Robbins, S. Monro: A stochastic approximation method. Annals of Mathematical Statistics 22 (1951)
/// 400–407.
struct SgdOptions {
  Schedule learning_rate = 0.01;  ///< η > 0
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Sgd sgd({.learning_rate = 0.1});           // Sgd<double> for a θ in double
template <class Scalar = float>
class Sgd : public FirstOrder<Scalar> {
 public:
  explicit Sgd(SgdOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields&) override {}
  Change update(const RuleStep<Scalar>& step) override;
};

extern template class Sgd<float>;
extern template class Sgd<double>;

}  // namespace gradus
