#include "optim/diagnostics/spectral_density.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "optim/diagnostics/lanczos.h"
#include "optim/diagnostics/probes.h"

namespace gradus {

void SpectralDensityOptions::visit(OptionVisitor& o) {
  o.integer("probes", probes, at_least(1));
  o.integer("steps", steps, at_least(1));
  o.number("width", width, between(1e-5, 1));
  o.integer("seed", seed, at_least(0));
}

namespace {

constexpr double margin = 8;  // in σ; a Gaussian has less than 2e-15 of its mass outside

// φ on its grid. Sums over a grid of spacing σ/2 are integrals of Gaussians to a part in 10³⁰.
void smooth(SpectralDensity& d, double relative_width) {
  const double least = d.nodes.front().value, greatest = d.nodes.back().value;
  const double extent = std::max(greatest, 0.0) - std::min(least, 0.0);
  const double sigma = d.width = relative_width * (extent > 0 ? extent : 1);
  const double first = least - margin * sigma, spacing = sigma / 2;
  const auto points = static_cast<std::size_t>(std::ceil((greatest - least) / spacing + 4 * margin)) + 1;
  d.at.resize(points);
  d.density.assign(points, 0);
  for (std::size_t i = 0; i < points; ++i) d.at[i] = first + static_cast<double>(i) * spacing;

  const double height = 1 / (sigma * std::sqrt(2 * std::numbers::pi));
  for (const auto& [theta, w] : d.nodes) {
    const double low = (theta - first) / spacing - 2 * margin;
    const auto begin = static_cast<std::size_t>(std::max(low, 0.0));
    const std::size_t end = std::min(points, begin + static_cast<std::size_t>(4 * margin) + 2);
    for (std::size_t i = begin; i < end; ++i) {
      const double z = (d.at[i] - theta) / sigma;
      d.density[i] += w * height * std::exp(-z * z / 2);
    }
  }
}

template <class Scalar>
SpectralDensity density_of(Curvature<Scalar>& c, Index n, const SpectralDensityOptions& given) {
  const SpectralDensityOptions options = checked("spectral_density", given);
  if (n < 1)
    throw Error(
        fmt::format("[spectral_density] n, the matrix's number of rows, must be at least 1 for it to have "
                    "eigenvalues, not {}.",
                    n));
  SpectralDensity result;
  Lanczos<Scalar> lanczos(c, n);
  Vector<Scalar> z(static_cast<std::size_t>(n));
  for (Index probe = 0; probe < options.probes && result.message.empty(); ++probe) {
    draw_probe<Scalar>(options.seed, probe, z);
    lanczos.clear();
    lanczos.begin(z);
    while (std::ssize(lanczos.t().alpha) < options.steps && lanczos.step() == LanczosStep::extended) {
    }
    result.message = lanczos.message();
    if (!result.message.empty()) break;
    for (const RitzValue& ritz : ritz_values(lanczos.t())) result.nodes.push_back({ritz.value, ritz.weight});
    ++result.probes;
  }
  result.products = lanczos.products();
  if (result.nodes.empty()) return result;
  std::ranges::sort(result.nodes, std::ranges::less{}, &SpectralDensity::Node::value);
  double sum = 0;
  for (const auto& node : result.nodes) sum += node.weight;
  for (auto& node : result.nodes) node.weight /= sum;
  smooth(result, options.width);
  return result;
}

}  // namespace

SpectralDensity spectral_density(Curvature<float>& c, Index n, const SpectralDensityOptions& options) {
  return density_of(c, n, options);
}
SpectralDensity spectral_density(Curvature<double>& c, Index n, const SpectralDensityOptions& options) {
  return density_of(c, n, options);
}

}  // namespace gradus
