#pragma once
#include "first_order.h"

namespace gradus {

/// Prodigy: Adam whose rate is an estimate d of the distance to the solution, made while it runs.
///
///     θ₀ is where the run began, d begins at initial_distance; b = √β₂
///     m ← β₁ m + (1 − β₁) d g
///     v ← β₂ v + (1 − β₂) d² g²
///     r ← b r + (1 − b) η d² ⟨g, θ₀ − θ⟩
///     s ← b s + (1 − b) η d² g
///     θ ← θ − η d m/(√v + d ε) − η d λ θ
///     d ← max(d, r/‖s‖₁)
///
/// d is one number for all of θ, and never decreases; a step is made with the d that it began with. η is a factor on d:
/// leave it at 1, or give it a schedule whose greatest value is 1. λ is decoupled. The authors' code has the new d in
/// d ε, and leaves out (1 − b), which cancels.
///
/// Defaults: η = 1, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, initial_distance = 1e-6, λ = 0 (paper, authors' code, optax).
///
/// State: m, v, s, θ₀, r, d; m, v, r, s without the powers of initial_distance that they contain.
///
/// K. Mishchenko, A. Defazio: Prodigy: An expeditiously adaptive parameter-free learner. ICML 2024,
/// arXiv:2306.06101, Algorithm 4.
struct ProdigyOptions {
  Schedule learning_rate = 1;  ///< η
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double initial_distance = 1e-6;
  double weight_decay = 0;  ///< λ
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Prodigy prodigy({.learning_rate = schedules::Cosine{.rate = 1, .steps = 4000}});
template <class Scalar = float>
class Prodigy : public FirstOrder<Scalar> {
 public:
  explicit Prodigy(ProdigyOptions options = {});

  /// d
  double distance() const { return d_; }

 private:
  using typename FirstOrder<Scalar>::Fields;
  void state(const Fields& each) override;
  void begin(const Layout&) override;
  void visit_numbers(StateVisitor& visitor) override;
  Change update(const RuleStep<Scalar>& step) override;

  ProdigyOptions options_;
  Vector<Scalar> m_, v_, s_, theta0_;
  double r_ = 0, d_ = 0;
};

extern template class Prodigy<float>;
extern template class Prodigy<double>;

}  // namespace gradus
