#include "optim/diagnostics/spectral_density.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "optim/diagnostics/trace.h"
#include "tests/optim/diagnostics/matrices.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using std::numbers::pi;
using testing::IsEmpty;

double moment(const SpectralDensity& d, int power) {
  double sum = 0;
  for (const auto& [value, weight] : d.nodes) sum += weight * std::pow(value, power);
  return sum;
}

// ∫ xᵖ φ by the trapezoidal rule; φ is next to nothing at both ends.
double integral(const SpectralDensity& d, int power) {
  double sum = 0;
  for (std::size_t i = 0; i < d.at.size(); ++i) sum += std::pow(d.at[i], power) * d.density[i];
  return sum * (d.at[1] - d.at[0]);
}

void expect_consistent(const SpectralDensity& d) {
  EXPECT_TRUE(std::ranges::is_sorted(d.nodes, std::ranges::less{}, &SpectralDensity::Node::value));
  for (const auto& node : d.nodes) EXPECT_GE(node.weight, 0);
  EXPECT_NEAR(moment(d, 0), 1, 1e-14);
  EXPECT_EQ(d.at.size(), d.density.size());
  EXPECT_NEAR((d.at[1] - d.at[0]) / d.width, 0.5, 1e-9);
  EXPECT_NEAR(integral(d, 0), 1, 1e-12);
  const double size = std::max(std::abs(d.at.front()), std::abs(d.at.back()));
  EXPECT_NEAR(integral(d, 1), moment(d, 1), 1e-12 * size);
  EXPECT_NEAR(integral(d, 2), moment(d, 2) + d.width * d.width, 1e-12 * size * size);
}

// Signs are of the same size in every coordinate: each eigenvalue of a diagonal matrix has its exact share.
TEST(SpectralDensity, IsExactForADiagonalMatrixWithFewValues) {
  auto c = test::diagonal({3, -1, 3, 3, 0.5, -1, 3, 0.5, 0.5, 0.5});
  const SpectralDensity d = spectral_density(c, 10, {.probes = 1});
  expect_consistent(d);
  ASSERT_EQ(d.nodes.size(), 3u);
  EXPECT_EQ(d.products, 3);
  const std::vector<std::pair<double, double>> expected{{-1, 0.2}, {0.5, 0.4}, {3, 0.4}};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(d.nodes[i].value, expected[i].first, 1e-14);
    EXPECT_NEAR(d.nodes[i].weight, expected[i].second, 1e-14);
  }
  EXPECT_NEAR(d.width, 0.04, 1e-15);
  for (std::size_t i = 0; i < d.at.size(); ++i) {
    double sum = 0;
    for (const auto& [value, share] : expected)
      sum += share * std::exp(-std::pow((d.at[i] - value) / 0.04, 2) / 2) / (0.04 * std::sqrt(2 * pi));
    EXPECT_NEAR(d.density[i], sum, 1e-12);
  }
}

TEST(SpectralDensity, HasTheMomentsThatItsProbesHave) {
  constexpr Index n = 80, probes = 7;
  auto c = test::reflected(test::evenly(-2, 5, n));
  const SpectralDensity d = spectral_density(c, n, {.probes = probes, .steps = 4, .seed = 3});
  expect_consistent(d);
  EXPECT_EQ(d.nodes.size(), 28u);
  EXPECT_EQ(d.probes, probes);
  EXPECT_EQ(d.products, 28);
  for (int p = 1; p <= 7; ++p) {  // 2k − 1
    test::Matrix<double> power([&](const Vector<double>& v, Vector<double>& out) {
      Vector<double> x = v;
      for (int i = 0; i < p; ++i) {
        c.apply(x, out);
        x = out;
      }
    });
    const TraceEstimate trace = estimate_trace(power, n, {.samples = probes, .seed = 3});
    EXPECT_NEAR(moment(d, p), trace.trace / n, 1e-12 * std::pow(5, p)) << p;
    double exact = 0;
    for (const double x : test::evenly(-2, 5, n)) exact += std::pow(x, p) / n;
    EXPECT_LT(std::abs(moment(d, p) - exact), 4 * trace.standard_error / n) << p;
  }
}

// The eigenvalues 2 − 2 cos(πj/(n + 1)) have the arcsine distribution F(x) = arccos(1 − x/2)/π on [0, 4] for large n.
double arcsine(double x) { return std::acos(std::clamp(1 - x / 2, -1.0, 1.0)) / pi; }

TEST(SpectralDensity, OfSecondDifferencesIsTheArcsineLaw) {
  constexpr Index n = 3000, probes = 10, steps = 40;
  auto c = test::second_differences();
  const SpectralDensity d = spectral_density(c, n, {.probes = probes, .steps = steps});
  expect_consistent(d);
  // A share p of the spectrum is estimated with a standard deviation below √(2p(1 − p)/(n probes)) = 0.004, and Gauss'
  // quadrature of k nodes is off by less than its weight next to x, here π/(2k) · 2/π = 1/k.
  const double tolerance = 1.0 / steps + 4 * 0.004;
  double below = 0;
  std::size_t node = 0;
  for (double x = 0.05; x < 4; x += 0.05) {
    for (; node < d.nodes.size() && d.nodes[node].value < x; ++node) below += d.nodes[node].weight;
    EXPECT_NEAR(below, arcsine(x), tolerance) << x;
  }
  // So is the density's integral, but for the smoothing near the singularities at 0 and 4.
  double mass = 0;
  for (std::size_t i = 0; i < d.at.size(); ++i) {
    mass += d.density[i] * (d.at[1] - d.at[0]);
    if (d.at[i] > 0.2 && d.at[i] < 3.8) {
      EXPECT_NEAR(mass, arcsine(d.at[i]), tolerance + 0.01) << d.at[i];
    }
  }
  EXPECT_NEAR(moment(d, 1), 2, 4 * std::sqrt(4.0 / (n * probes)));  // its variance is 2 Σ C_ij²/n² = 4/n
  EXPECT_GE(d.nodes.front().value, test::second_difference_eigenvalue(1, n) - 1e-12);
  EXPECT_LE(d.nodes.back().value, test::second_difference_eigenvalue(n, n) + 1e-12);
}

TEST(SpectralDensity, OfFloatsIsThatOfDoubles) {
  const Vector<double> values = test::evenly(-2, 5, 400);
  auto c = test::reflected(values);
  auto rounded = test::reflected<float>(values);
  const SpectralDensity d = spectral_density(c, 400, {.probes = 3, .steps = 20}),
                        f = spectral_density(rounded, 400, {.probes = 3, .steps = 20});
  expect_consistent(f);
  ASSERT_EQ(f.nodes.size(), d.nodes.size());
  for (std::size_t i = 0; i < d.nodes.size(); ++i) {
    EXPECT_NEAR(f.nodes[i].value, d.nodes[i].value, 1e-4) << i;
    EXPECT_NEAR(f.nodes[i].weight, d.nodes[i].weight, 1e-4) << i;
  }
}

TEST(SpectralDensity, OfZeroOfOneRowAndOfTheIdentity) {
  auto zero = test::diagonal(Vector<double>(9));
  const SpectralDensity z = spectral_density(zero, 9, {.probes = 2});
  expect_consistent(z);
  EXPECT_EQ(z.width, 0.01);
  EXPECT_EQ(z.nodes.size(), 2u);

  auto one = test::diagonal({-3.0});
  const SpectralDensity o = spectral_density(one, 1, {.width = 0.1});
  expect_consistent(o);
  EXPECT_NEAR(o.width, 0.3, 1e-15);
  EXPECT_EQ(o.products, 10);

  auto identity = test::diagonal<float>(Vector<double>(1000, 1));
  const SpectralDensity i = spectral_density(identity, 1000);
  expect_consistent(i);
  EXPECT_EQ(i.products, 10);
  for (const auto& node : i.nodes) EXPECT_NEAR(node.value, 1, 1e-6);
}

TEST(SpectralDensity, OfHugeAndTinyMatrices) {
  for (const double scale : {1e290, 1e-290}) {
    Vector<double> values = test::evenly(-2, 5, 50);
    for (double& x : values) x *= scale;
    auto c = test::reflected(values);
    const SpectralDensity d = spectral_density(c, 50, {.probes = 2, .steps = 10});
    EXPECT_NEAR(integral(d, 0), 1, 1e-12);
    EXPECT_NEAR(integral(d, 1) / moment(d, 1), 1, 1e-11);
  }
}

TEST(SpectralDensity, KeepsItsMassAtAnyWidth) {
  auto c = test::reflected(test::evenly(-2, 5, 50));
  for (const double width : {1e-5, 1e-3, 1.0}) {
    const SpectralDensity d = spectral_density(c, 50, {.probes = 2, .steps = 10, .width = width});
    EXPECT_NEAR(integral(d, 0), 1, 1e-9) << width;
    EXPECT_THAT(d.density, testing::Each(testing::Ge(0)));
  }
}

TEST(SpectralDensity, EndsWhereAProductIsNotFinite) {
  auto c = test::reflected(test::evenly(-2, 5, 50));
  const SpectralDensity two = spectral_density(c, 50, {.probes = 2, .steps = 10});
  c.products = 0;
  c.not_finite_from = 25;
  const SpectralDensity d = spectral_density(c, 50, {.probes = 5, .steps = 10});
  EXPECT_EQ(d.probes, 2);
  EXPECT_EQ(d.products, 25);
  EXPECT_EQ(d.density, two.density);
  EXPECT_EQ(d.message, "The product 25 of the matrix is nan in element 2.");

  c.products = 24;
  const SpectralDensity none = spectral_density(c, 50);
  EXPECT_EQ(none.probes, 0);
  EXPECT_THAT(none.nodes, IsEmpty());
  EXPECT_THAT(none.density, IsEmpty());
}

TEST(SpectralDensity, RefusesWhatMakesNoSense) {
  auto c = test::diagonal({1, 2});
  EXPECT_ERROR(spectral_density(c, 0),
               "[spectral_density] n, the matrix's number of rows, must be at least 1");
  EXPECT_ERROR(spectral_density(c, 2, {.probes = 0}), "probes");
  EXPECT_ERROR(spectral_density(c, 2, {.steps = 0}), "steps");
  EXPECT_ERROR(spectral_density(c, 2, {.width = 0}), "width");
  EXPECT_ERROR(spectral_density(c, 2, {.seed = -1}), "seed");
}

TEST(SpectralDensity, IsTheSameOnAnyNumberOfThreads) {
  const auto all = test::on_threads([] {
    auto c = test::reflected<float>(test::evenly(-1, 3, 30000));
    return spectral_density(c, 30000, {.probes = 2, .steps = 6});
  });
  for (const SpectralDensity& d : all) {
    EXPECT_EQ(d.at, all[0].at);
    EXPECT_EQ(d.density, all[0].density);
  }
}

}  // namespace
}  // namespace gradus
