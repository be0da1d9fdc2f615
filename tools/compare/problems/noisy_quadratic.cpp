#include <cmath>

#include "base/random.h"
#include "tools/compare/function_problem.h"

namespace gradus::compare {
namespace {

constexpr Index n = 1000, cases = 128;

double h(std::size_t i) { return 1 / static_cast<double>(i + 1); }

/// f(θ) = ½ Σ h_i (θ_i − c_i)², h_i = 1/i, with centres c_i ~ N(0, 1/(B h_i)) drawn anew for each step: the gradient's noise
/// has the covariance H/B, that of batches of B cases (G. Zhang et al. 2019: Which algorithmic choices matter at which
/// batch sizes? Insights from a noisy quadratic model).
class NoisyQuadratic : public Objective<double> {
 public:
  explicit NoisyQuadratic(std::uint64_t seed) : seed_(seed) { draw(0); }

  void draw(std::uint64_t step) {
    Random random(seed_, "compare noise", step);
    for (std::size_t i = 0; i < centres_.size(); ++i)
      centres_[i] = random.normal() / std::sqrt(static_cast<double>(cases) * h(i));
    step_ = step;
  }

  Index size() const override { return n; }
  double value(View theta) override {
    double sum = 0;
    for (std::size_t i = 0; i < theta.size(); ++i)
      sum += h(i) * (theta[i] - centres_[i]) * (theta[i] - centres_[i]);
    return sum / 2;
  }
  double gradient(View theta, Ref out) override {
    for (std::size_t i = 0; i < theta.size(); ++i) out[i] = h(i) * (theta[i] - centres_[i]);
    return value(theta);
  }
  Curvature<double>& hessian(View) override { return hessian_; }
  Curvature<double>& gauss_newton(View) override { return hessian_; }
  std::uint64_t version() const override { return step_; }

 private:
  struct Hessian : Curvature<double> {
    explicit Hessian(NoisyQuadratic& f) : owner(f) {}
    void apply(View v, Ref out) override {
      for (std::size_t i = 0; i < v.size(); ++i) out[i] = h(i) * v[i];
    }
    double value(View theta) override { return owner.value(theta); }
    NoisyQuadratic& owner;
  };

  std::uint64_t seed_, step_ = 0;
  Vector<double> centres_ = Vector<double>(n);
  Hessian hessian_{*this};
};

double exact(std::span<const double> theta) {
  double sum = 0;
  for (std::size_t i = 0; i < theta.size(); ++i) sum += h(i) * theta[i] * theta[i];
  return sum / 2;
}

const RegisteredProblem noisy_quadratic("noisy-quadratic", [](const std::string& name) {
  return std::make_unique<FunctionProblem>(
      name,
      FunctionSpec{.description =
                       "½ Σ h_i (θ_i − c_i)² of 1000 parameters, h_i = 1/i, with c_i drawn anew for each "
                       "step as the noise of batches of 128 cases; the validation loss is without noise",
                   .parameters = n,
                   .target = 0.01,
                   .noisy = true,
                   .begin = [](std::uint64_t seed) {
                     auto f = std::make_unique<NoisyQuadratic>(seed);
                     NoisyQuadratic& noise = *f;
                     Vector<double> start(n);
                     Random random(seed, "compare start");
                     for (double& x : start) x = random.normal();
                     return FunctionRun{std::move(f), std::move(start),
                                        [&noise](std::uint64_t t) { noise.draw(t); }, exact};
                   }});
});

}  // namespace
}  // namespace gradus::compare
