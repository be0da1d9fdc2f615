// A method of one's own: gradient descent with the step length of Barzilai and Borwein, in its own file, registered by its
// name. Built with gradus' command line it is one more optimizer there, and with gradus' tests one more row of their table:
//
//   my_optimizer train --optimizer barzilai-borwein --batch-size 60000
#include <gradus/gradus.h>

#include <cmath>

using namespace gradus;

namespace {

struct BarzilaiBorweinOptions {
  double first_step = 1e-3;  // ‖θ₁ − θ₀‖ of the first step, which nothing is known for yet
  Guards guards = {};

  void visit(OptionVisitor& options) {
    options.number("first_step", first_step, above(0));
    guards.visit(options);
  }
};

template <class Scalar>
class BarzilaiBorwein : public FirstOrder<Scalar> {
 public:
  explicit BarzilaiBorwein(BarzilaiBorweinOptions options)
      : FirstOrder<Scalar>("barzilai-borwein", 1, options.guards),
        options_(checked<Scalar>("barzilai-borwein", options)) {}

 private:
  using typename FirstOrder<Scalar>::Fields;

  void state(const Fields& each) override {
    each("s", s_);
    each("y", y_);
  }

  // s = θ_t − θ_{t−1}, y = g_t − g_{t−1}; both hold the subtrahend, negated, between steps.
  Change update(const RuleStep<Scalar>& step) override {
    axpy(Scalar(1), step.theta, s_);
    axpy(step.around.scale, step.g, y_);
    const double sy = std::abs(dot(s_, y_)), yy = dot(y_, y_);
    const double length = static_cast<double>(step.around.scale) * norm(step.g);
    double eta = yy > 0 ? sy / yy : 0;
    if (step.t == 1 && length > 0) eta = options_.first_step / length;

    return pass(
        step,
        [eta = static_cast<Scalar>(eta)](Scalar g, Scalar& theta, Scalar& s, Scalar& y) {
          s = -theta;
          y = -g;
          theta -= eta * g;
        },
        s_, y_);
  }

  BarzilaiBorweinOptions options_;
  Vector<Scalar> s_, y_;
};

const bool registered = [] {
  register_method(describe<BarzilaiBorwein, BarzilaiBorweinOptions>(
      "barzilai-borwein",
      "Barzilai–Borwein: gradient descent whose step length agrees with the curvature along the last "
      "step.\n\n"
      "    s = θ_t − θ_{t−1}, y = g_t − g_{t−1}\n"
      "    θ ← θ − (|sᵀy|/yᵀy) g\n\n"
      "For full batches. Default: the first step has length 1e-3 (ours).\n\n"
      "State: s, y.\n\n"
      "J. Barzilai, J. M. Borwein: Two-point step size gradient methods. IMA J. Numerical Analysis 8 (1988) "
      "141–148.\n"));
  return true;
}();

}  // namespace
