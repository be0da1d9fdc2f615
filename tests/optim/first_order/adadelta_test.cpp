#include "optim/first_order/adadelta.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "tests/optim/given_gradients.h"

namespace gradus {
namespace {

constexpr Index elements = 16, steps = 200;
constexpr double rho = 0.95, epsilon = 1e-6;

double gradient(Index t, Index i) {
  return Random(1, "gradient", static_cast<std::uint64_t>(t * elements + i)).normal();
}

// Of the loss times s, with s² E[g²] + ε = s² (E[g²] + ε/s²), the step is that of the loss with ε/s² in the divisor. So
// for s ≥ 1 no step is shorter, and the ratio r of its length obeys
//     rₜ² ≤ max(1, r₁², …, rₜ₋₁²) (E[g²]ₜ + ε)/(E[g²]ₜ + ε/s²) ≤ Π (1 + ε/E[g²]),
// as E[Δ²] grows by no more than the greatest of the steps' ratios did.
TEST(Adadelta, StepsDoNotChangeWithTheScaleOfTheLossButForEpsilon) {
  for (const double scale : {2.0, 30.0, 1e6}) {
    test::GivenGradients<> f(elements, gradient);
    test::GivenGradients<> scaled(elements, [&](Index t, Index i) { return scale * gradient(t, i); });
    Adadelta<double> one({.decay = rho, .epsilon = epsilon}), other({.decay = rho, .epsilon = epsilon});
    one.reset(elements);
    other.reset(elements);
    Vector<double> theta(elements, 0), theta_scaled(elements, 0), squares(elements, 0), bound(elements, 1);
    bool differs = false;
    for (Index t = 1; t <= steps; ++t) {
      const Vector<double> before = theta, before_scaled = theta_scaled;
      one.step(f, theta);
      other.step(scaled, theta_scaled);
      for (std::size_t i = 0; i < theta.size(); ++i) {
        const double g = gradient(t, static_cast<Index>(i));
        squares[i] = rho * squares[i] + (1 - rho) * g * g;
        bound[i] *= 1 + epsilon / squares[i];
        const double ratio = (theta_scaled[i] - before_scaled[i]) / (theta[i] - before[i]);
        ASSERT_GE(ratio, 1 - 1e-8) << scale << ' ' << t;
        ASSERT_LE(ratio, std::sqrt(bound[i]) + 1e-8) << scale << ' ' << t;
        differs = differs || ratio > 1 + 1e-6;
      }
    }
    EXPECT_TRUE(differs) << "ε had no effect, so the bound says nothing";
  }
}

// Its first step is the square root of ε/(1 − ρ), whatever the gradient.
TEST(Adadelta, BeginsWithStepsThatEpsilonAloneSets) {
  test::GivenGradients<> f(2, [](Index, Index i) { return i == 0 ? 1e3 : -1e9; });
  Adadelta<double> adadelta({.decay = rho, .epsilon = epsilon});
  adadelta.reset(2);
  Vector<double> theta = {0, 0};
  adadelta.step(f, theta);
  const double expected = std::sqrt(epsilon / (1 - rho));
  EXPECT_NEAR(theta[0], -expected, 1e-10 * expected + 1e-13);
  EXPECT_NEAR(theta[1], expected, 1e-10 * expected + 1e-13);
}

}  // namespace
}  // namespace gradus
