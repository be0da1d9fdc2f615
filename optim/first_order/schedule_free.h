#pragma once
#include "pass.h"

namespace gradus {

/// What the schedule-free methods share: θ holds the average x, z is the iterate, and the gradient is taken at
/// y = (1 − β) z + β x.
template <class Scalar>
class ScheduleFree : public FirstOrder<Scalar> {
 protected:
  using typename FirstOrder<Scalar>::Fields;
  using typename FirstOrder<Scalar>::View;

  ScheduleFree(std::string name, const Schedule& learning_rate, const Guards& guards, double beta,
               Index warmup_steps)
      : FirstOrder<Scalar>(std::move(name), learning_rate, guards),
        beta_(beta),
        warmup_steps_(warmup_steps) {}

  void state(const Fields& each) override { each("z", z_); }
  void begin(const Layout& layout) override {
    y_.assign(static_cast<std::size_t>(layout.size()), 0);
    weights_ = 0;
  }
  void visit_numbers(StateVisitor& visitor) override { visitor.scalar("S", weights_); }

  View point(Index t, View x) override {
    if (t == 1) std::ranges::copy(x, z_.begin());
    const auto of_z = static_cast<Scalar>(1 - beta_), of_x = static_cast<Scalar>(beta_);
    parallel_for_each(std::ssize(x), [&](std::size_t i) { y_[i] = of_z * z_[i] + of_x * x[i]; });
    return y_;
  }

  /// η min(1, t/warmup_steps)
  double rate(const RuleStep<Scalar>& step) const {
    return step.t < warmup_steps_
               ? step.eta * static_cast<double>(step.t) / static_cast<double>(warmup_steps_)
               : step.eta;
  }

  /// z ← z − direction(g, y, state…), and x moves towards it by the share that γ² has in all γ² so far.
  template <class Direction, class... State>
  Change move(const RuleStep<Scalar>& step, double gamma, const Direction& direction, State&... state) {
    weights_ += gamma * gamma;
    const auto c = static_cast<Scalar>(weights_ > 0 ? gamma * gamma / weights_ : 0);
    const Scalar low = step.around.low, high = step.around.high;
    return pass(
        step,
        [=](Scalar g, Scalar& x, Scalar& z, const Scalar& y, auto&... s) {
          z -= direction(g, y, s...);
          z = high < z ? high : z;
          z = low > z ? low : z;
          x += c * (z - x);
        },
        z_, std::as_const(y_), state...);
  }

 private:
  double beta_;
  Index warmup_steps_;
  double weights_ = 0;  // Σ γ²
  Vector<Scalar> z_;
  Vector<Scalar> y_;  // not state: made anew in each step
};

}  // namespace gradus
