#pragma once
#include "first_order.h"

namespace gradus {

/// Adagrad: divides each element's rate by the root of the sum of its squared gradients.
///
///     G ← G + g²
///     θ ← θ − η g/(√G + ε)
///
/// [lecture, keras] ε inside of the root.
///     θ ← θ − η g/√(G + ε)
///
/// [keras] And G begins at 0.1.
///
/// The first step moves an element by η whatever its gradient (in the dialect keras by less); from then on
/// its rate only falls, like 1/√t for gradients of constant size, and slowly where they are rarely other
/// than 0. Where ε is 0, an element does not move before its first gradient other than 0.
///
/// Defaults: η = 0.01, ε = 1e-10 (PyTorch; in the paper ε is the free constant δ). Keras has η = 0.001, ε =
/// 1e-7; optax ε = 1e-7 inside of the root, and G from 0.1.
///
/// State: G.
///
/// J. Duchi, E. Hazan, Y. Singer: Adaptive subgradient methods for online learning and stochastic
/// optimization. JMLR 12 (2011) 2121–2159, Figure 1 with H = δI + diag(G)^½.
struct AdagradOptions {
  Schedule learning_rate = 0.01;  ///< η
  double epsilon = 1e-10;
  Dialect dialect = Dialect::paper;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Adagrad adagrad({.learning_rate = 0.01});
template <class Scalar = float>
class Adagrad : public FirstOrder<Scalar> {
 public:
  explicit Adagrad(AdagradOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  void begin(const Layout& layout) override;
  Change update(const RuleStep<Scalar>& step) override;

  AdagradOptions options_;
  Vector<Scalar> squares_;
};

extern template class Adagrad<float>;
extern template class Adagrad<double>;

}  // namespace gradus
