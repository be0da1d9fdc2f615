#include "optim/first_order/adam.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "tests/optim/given_gradients.h"

namespace gradus {
namespace {

struct Betas {
  double beta1, beta2;
};
constexpr Betas defaults{0.9, 0.999};
constexpr Index elements = 32, steps = 3000;

// Kingma & Ba 2015, section 2.1, in units of η: of a gradient that comes after many zeros, or that is noise.
double bound_of_the_paper(Betas b) { return std::max((1 - b.beta1) / std::sqrt(1 - b.beta2), 1.0); }

// What no sequence of gradients exceeds, by Cauchy and Schwarz: (Σ aₖ gₖ)² ≤ Σ aₖ²/bₖ Σ bₖ gₖ², where aₖ and bₖ are the
// weights in m and in v. Equality is for gₖ ∝ aₖ/bₖ.
double largest_step(Betas b, Index t) {
  const double q = b.beta1 * b.beta1 / b.beta2, n = static_cast<double>(t);
  const double mass = std::abs(1 - q) < 1e-12 ? n : (1 - std::pow(q, n)) / (1 - q);
  return (1 - b.beta1) / (1 - std::pow(b.beta1, n)) *
         std::sqrt((1 - std::pow(b.beta2, n)) / (1 - b.beta2) * mass);
}

// The largest move of an element in each step, in units of η.
template <class Gradient>
std::vector<double> moves(Betas b, Gradient g) {
  const double eta = 0.01;
  test::GivenGradients<> f(elements, g);
  // So small an ε that it does not shorten a step.
  Adam<double> adam({.learning_rate = eta, .beta1 = b.beta1, .beta2 = b.beta2, .epsilon = 1e-300});
  adam.reset(elements);
  Vector<double> theta(elements, 0), before;
  std::vector<double> largest;
  for (Index t = 1; t <= steps; ++t) {
    before = theta;
    adam.step(f, theta);
    double most = 0;
    for (std::size_t i = 0; i < theta.size(); ++i) most = std::max(most, std::abs(theta[i] - before[i]));
    largest.push_back(most / eta);
  }
  return largest;
}

double dense(Index t, Index i) {
  return Random(1, "gradient", static_cast<std::uint64_t>(t * elements + i)).normal();
}
// Of very different sizes, and other than 0 with the probability 2 %.
double sparse(Index t, Index i) {
  Random random(2, "gradient", static_cast<std::uint64_t>(t * elements + i));
  const bool zero = random.uniform() > 0.02;
  return zero ? 0 : random.normal() * std::pow(10, 6 * random.uniform() - 3);
}
// Element i has one in the steps i, i + 100, i + 200, …, and one at least.
double lonely(Index t, Index i) { return t % 100 == i ? dense(t, i) : 0; }

TEST(Adam, StepsNoFurtherThanCauchyAndSchwarzAllow) {
  for (const Betas b :
       {defaults, Betas{0.9, 0.99}, Betas{0.9, 0.81}, Betas{0.95, 0.5}, Betas{0.5, 0.999}, Betas{0, 0.9}})
    for (const auto& g : {dense, sparse, lonely}) {
      const std::vector<double> largest = moves(b, g);
      for (Index t = 1; t <= steps; ++t)
        ASSERT_LE(largest[static_cast<std::size_t>(t - 1)], largest_step(b, t) * (1 + 1e-9) + 1e-12)
            << b.beta1 << ' ' << b.beta2 << " step " << t;
    }
}

TEST(Adam, StepsNoFurtherThanThePaperSaysOnNoiseAndLoneGradients) {
  for (const auto& g : {dense, lonely}) {
    const std::vector<double> largest = moves(defaults, g);
    EXPECT_LE(*std::ranges::max_element(largest), bound_of_the_paper(defaults));
  }
}

// The paper's bound is that of a lone gradient: reached, up to the factor of the corrections.
TEST(Adam, ReachesThePapersBoundWithALoneGradient) {
  const std::vector<double> largest = moves(defaults, [](Index t, Index) { return t == steps ? 1e-5 : 0; });
  const double corrections = std::sqrt(1 - std::pow(0.999, steps)) / (1 - std::pow(0.9, steps));
  EXPECT_NEAR(largest.back(), bound_of_the_paper(defaults) * corrections, 1e-9);
}

// Gradients that rise after many zeros go beyond it, to the largest step that there is.
TEST(Adam, ReachesTheLargestStepWithRisingGradients) {
  const std::vector<double> largest = moves(defaults, [](Index t, Index) {
    return t > steps - 300 ? std::pow(0.9 / 0.999, static_cast<double>(steps - t)) : 0;
  });
  EXPECT_NEAR(largest.back(), largest_step(defaults, steps), 1e-6);
  EXPECT_GT(largest.back(), 2 * bound_of_the_paper(defaults));
}

}  // namespace
}  // namespace gradus
