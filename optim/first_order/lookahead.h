#pragma once
#include <memory>

#include "../optimizer.h"
#include "../options.h"

namespace gradus {

/// Lookahead: every k steps of an inner method, goes only part of the way that it went.
///
///     φ begins at θ
///     θ ← a step of the inner method from θ
///     in steps k, 2k, 3k, …:   φ ← φ + α (θ − φ),   θ ← φ
///
/// Between, θ holds the fast weights. The inner method keeps its state when θ is set back ("maintain" of section 3.1).
/// Learning rate, penalty, clipping and box are the inner method's. With α = 1 it is the inner method. Steps that the
/// inner method leaves out do not count.
///
/// Defaults: k (steps) = 5, α (rate) = 0.5 (paper); the inner method is sgd with η = 0.1.
///
/// State: φ, and the inner method's.
///
/// M. R. Zhang, J. Lucas, G. Hinton, J. Ba: Lookahead optimizer: k steps forward, 1 step back. NeurIPS 2019,
/// arXiv:1907.08610, Algorithm 1.
struct LookaheadOptions {
  std::string inner = R"({"method": "sgd", "learning_rate": 0.1})";  ///< as make_optimizer_from takes it
  Index steps = 5;                                                   ///< k
  double rate = 0.5;                                                 ///< α
  void visit(OptionVisitor&);
};

///     Lookahead lookahead({.inner = R"({"method": "adam", "beta1": 0.8})"});
///     Lookahead<float> lookahead(std::make_unique<Adam<float>>(AdamOptions{.beta1 = 0.8}));
template <class Scalar = float>
class Lookahead : public Optimizer<Scalar> {
 public:
  using typename Optimizer<Scalar>::Ref;

  explicit Lookahead(LookaheadOptions options = {});
  /// options.inner is not looked at.
  explicit Lookahead(std::unique_ptr<Optimizer<Scalar>> inner, LookaheadOptions options = {});

  std::string_view name() const override { return "lookahead"; }
  void reset(const Layout& layout) override;
  StepReport step(Objective<Scalar>& objective, Ref theta) override;
  void visit(StateVisitor& visitor) override;

 private:
  LookaheadOptions options_;
  std::unique_ptr<Optimizer<Scalar>> inner_;
  Index t_ = 0;
  Vector<Scalar> slow_;    // φ
  Vector<Scalar> before_;  // not state: θ before a step in which φ moves, whose length is reported
};

extern template class Lookahead<float>;
extern template class Lookahead<double>;

}  // namespace gradus
