#pragma once
#include <memory>

#include "../optimizer.h"
#include "../options.h"

namespace gradus {

/// Averaged: lets an inner method run on its own, and shows the average of its iterates (Polyak–Ruppert averaging).
///
///     ϑ begins at θ
///     ϑ ← a step of the inner method from ϑ
///     θ ← θ + c (ϑ − θ)
///     c = 1/t                               decay = 0: θ is the mean of ϑ₁, …, ϑₜ
///     c = (1 − decay)/(1 − decayᵗ)          decay > 0: the exponential mean, corrected for its start at 0
///
/// θ, the average, has no influence on ϑ; losses and gradients that are reported are those at ϑ. The start is not
/// counted, the newest iterate is: Polyak & Juditsky's ϑ₀, …, ϑₜ₋₁ is the same but for one index. The mean suits an
/// inner method with a constant rate on a stochastic gradient, from where it does not get nearer by itself; the
/// exponential one forgets the way there. Learning rate, penalty, clipping and box are the inner method's. Steps that it
/// leaves out do not count.
///
/// Defaults: decay = 0; the inner method is sgd with η = 0.1.
///
/// State: ϑ, and the inner method's.
///
/// B. T. Polyak, A. B. Juditsky: Acceleration of stochastic approximation by averaging. SIAM Journal on Control and
/// Optimization 30 (1992) 838–855. D. Ruppert: Efficient estimations from a slowly convergent Robbins–Monro process.
/// Technical report 781, Cornell, 1988. D. P. Kingma, J. Ba: Adam. ICLR 2015, section 7.2 (the exponential mean).
struct AveragedOptions {
  std::string inner = R"({"method": "sgd", "learning_rate": 0.1})";  ///< as make_optimizer_from takes it
  double decay = 0;
  void visit(OptionVisitor&);
};

///     Averaged averaged({.inner = R"({"method": "sgd", "learning_rate": 0.5})", .decay = 0.999});
///     Averaged<float> averaged(std::make_unique<Sgd<float>>(SgdOptions{.learning_rate = 0.5}));
template <class Scalar = float>
class Averaged : public Optimizer<Scalar> {
 public:
  using typename Optimizer<Scalar>::Ref;

  explicit Averaged(AveragedOptions options = {});
  /// options.inner is not looked at.
  explicit Averaged(std::unique_ptr<Optimizer<Scalar>> inner, AveragedOptions options = {});

  std::string_view name() const override { return "averaged"; }
  void reset(const Layout& layout) override;
  StepReport step(Objective<Scalar>& objective, Ref theta) override;
  void visit(StateVisitor& visitor) override;

 private:
  AveragedOptions options_;
  std::unique_ptr<Optimizer<Scalar>> inner_;
  Index t_ = 0;
  Vector<Scalar> iterate_;  // ϑ
};

extern template class Averaged<float>;
extern template class Averaged<double>;

}  // namespace gradus
