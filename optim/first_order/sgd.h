#pragma once
#include "../optimizer.h"

namespace gradus {

struct SgdOptions {
  double learning_rate = 0.01;  ///< η > 0
};

/// Gradient descent (Cauchy 1847); stochastic, where the objective is a loss on a batch drawn anew for each
/// step (Robbins & Monro 1951).
///
///     θ ← θ − η ∇f(θ)
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
/// about 100, bear ten to fifty times as much. There is no momentum and no weight decay here; for L2
/// regularisation give the network a penalty.
///
///     Sgd sgd({.learning_rate = 0.1});           // Sgd<double> for a θ in double
///
/// One gradient a step; one pass over ∇f for its norm, and one over θ and ∇f for the update. A loss, gradient
/// or step that is not finite leaves θ as it was and is reported as Status::non_finite, with the first
/// element concerned. The method has no state. Throws Error for an η that is not positive and finite.
///
/// H. Robbins, S. Monro: A stochastic approximation method. Annals of Mathematical Statistics 22 (1951)
/// 400–407.
template <class Scalar = float>
class Sgd : public Optimizer<Scalar> {
 public:
  using typename Optimizer<Scalar>::Ref;

  explicit Sgd(SgdOptions options = {});

  std::string_view name() const override { return "SGD"; }
  void reset(Index n) override;
  StepReport step(Objective<Scalar>& objective, Ref theta) override;
  void visit(StateVisitor&) override {}

 private:
  Scalar eta_;
  Vector<Scalar> g_;
};

extern template class Sgd<float>;
extern template class Sgd<double>;

}  // namespace gradus
