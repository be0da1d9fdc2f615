#pragma once
#include "../objective.h"

namespace gradus {

/// The Hessian of an objective by differences of its gradients, for comparison with exact products:
///
///     C v = (∇f(θ + ε v) − ∇f(θ − ε v)) / 2ε,        ε = ∛u (1 + ‖θ‖) / ‖v‖,   u the rounding of Scalar
///
/// Each product takes two gradients; about a third of the digits are lost to rounding and to the third derivative. It is of
/// the gradient's cases.
template <class Scalar>
class FiniteDifferenceCurvature : public Curvature<Scalar> {
 public:
  using typename Curvature<Scalar>::View;
  using typename Curvature<Scalar>::Ref;

  /// For an objective of n elements. All that is ever allocated is allocated here.
  void reset(Index n);
  /// The curvature at θ, which is read where it is, as long as the objective lives.
  Curvature<Scalar>& at(Objective<Scalar>& objective, View theta);

  void apply(View v, Ref out) override;
  Scalar value(View theta) override { return objective_->value(theta); }

 private:
  Objective<Scalar>* objective_ = nullptr;
  View theta_;
  Vector<Scalar> beside_, gradient_;
};

extern template class FiniteDifferenceCurvature<float>;
extern template class FiniteDifferenceCurvature<double>;

}  // namespace gradus
