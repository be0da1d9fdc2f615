#pragma once
#include "first_order.h"

namespace gradus {

/// LARS: layer-wise adaptive rate scaling; momentum whose step in each matrix of weights is a fixed share of that
/// matrix's norm.
///
///     for each matrix w with its gradient g:   q = trust ‖w‖/(‖g‖ + λ ‖w‖),   1 where ‖w‖ = 0 or ‖g‖ = 0
///     for each vector:                         q = 1
///     v ← μ v + η q (g + λ w)
///     w ← w − v
///
/// Norms are ‖·‖₂ over all elements. Vectors (biases) move by the full η g: with η = 1 and trust = 0.001 a bias
/// moves by its whole gradient, and a matrix by a thousandth of its norm. λ is coupled: it goes through v.
///
/// Defaults: η = 1, μ = 0.9, trust = 0.001, λ = 0. The paper has μ = 0.9, trust = 0.001, λ = 0.0005, and η falling
/// with schedules::Polynomial, power 2.
///
/// State: v.
///
/// Y. You, I. Gitman, B. Ginsburg: Large batch training of convolutional networks. 2017, arXiv:1708.03888,
/// Algorithm 1.
struct LarsOptions {
  Schedule learning_rate = 1;  ///< η
  Schedule momentum = 0.9;     ///< μ
  double trust = 0.001;
  double weight_decay = 0;  ///< λ
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Lars lars({.learning_rate = schedules::Polynomial{.rate = 2, .steps = 4000, .power = 2}});
template <class Scalar = float>
class Lars : public FirstOrder<Scalar> {
 public:
  explicit Lars(LarsOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  using typename FirstOrder<Scalar>::Schedules;
  void state(const Fields& each) override;
  void schedules(const Schedules& each) override;
  Change update(const RuleStep<Scalar>& step) override;

  LarsOptions options_;
  Vector<Scalar> v_;
};

extern template class Lars<float>;
extern template class Lars<double>;

}  // namespace gradus
