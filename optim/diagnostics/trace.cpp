#include "optim/diagnostics/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/threads.h"
#include "optim/diagnostics/probes.h"
#include "optim/diagnostics/product_trouble.h"
#include "optim/vector_math.h"

namespace gradus {

void ProbeOptions::visit(OptionVisitor& o) {
  o.integer("samples", samples, at_least(1));
  o.integer("seed", seed, at_least(0));
}

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Welford's updates of the mean and of the sum of squared deviations from it, by the m-th sample.
void update(double sample, double m, double& mean, double& squares) {
  const double deviation = sample - mean;
  mean += deviation / m;
  squares += deviation * (sample - mean);
}

double standard_error_of(double squares, double m) {
  return m > 1 ? std::sqrt(squares / (m - 1) / m) : infinity;
}

// Calls visit(z, Cz, m) for the samples m = 1, 2, … until a product is not finite; returns how many there were.
template <class Scalar, class Visit>
Index sample(const char* who, Curvature<Scalar>& c, Index n, const ProbeOptions& given, std::string& message,
             Visit visit) {
  const ProbeOptions options = checked(who, given);
  if (n < 0)
    throw Error(fmt::format("[{}] n, the matrix's number of rows, must be at least 0, not {}.", who, n));
  Vector<Scalar> z(static_cast<std::size_t>(n)), product(z);
  const std::span<const Scalar> signs = z, products = product;
  for (Index m = 1; m <= options.samples; ++m) {
    draw_probe<Scalar>(options.seed, m - 1, z);
    c.apply(z, product);
    message = product_trouble(products, m);
    if (!message.empty()) return m - 1;
    visit(signs, products, static_cast<double>(m));
  }
  return options.samples;
}

template <class Scalar>
TraceEstimate trace_of(Curvature<Scalar>& c, Index n, const ProbeOptions& options) {
  TraceEstimate result;
  double mean = 0, squares = 0;
  result.samples = sample("estimate_trace", c, n, options, result.message,
                          [&](auto z, auto product, double m) { update(dot(z, product), m, mean, squares); });
  result.trace = result.samples > 0 ? mean : nan;
  result.standard_error = standard_error_of(squares, static_cast<double>(result.samples));
  return result;
}

template <class Scalar>
DiagonalEstimate diagonal_of(Curvature<Scalar>& c, Index n, const ProbeOptions& options) {
  const auto size = static_cast<std::size_t>(std::max<Index>(n, 0));
  Vector<double> mean(size), squares(size);
  const auto for_each_element = [n](auto body) {
    parallel_for(n, 4096, [&](Index begin, Index end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) body(i);
    });
  };
  DiagonalEstimate result;
  result.samples =
      sample("estimate_diagonal", c, n, options, result.message, [&](auto z, auto product, double m) {
        for_each_element([&](std::size_t i) {
          update(static_cast<double>(z[i]) * static_cast<double>(product[i]), m, mean[i], squares[i]);
        });
      });
  const auto m = static_cast<double>(result.samples);
  for_each_element([&](std::size_t i) {
    if (result.samples == 0) mean[i] = nan;
    squares[i] = standard_error_of(squares[i], m);
  });
  result.diagonal = std::move(mean);
  result.standard_error = std::move(squares);
  return result;
}

}  // namespace

TraceEstimate estimate_trace(Curvature<float>& c, Index n, const ProbeOptions& options) {
  return trace_of(c, n, options);
}
TraceEstimate estimate_trace(Curvature<double>& c, Index n, const ProbeOptions& options) {
  return trace_of(c, n, options);
}
DiagonalEstimate estimate_diagonal(Curvature<float>& c, Index n, const ProbeOptions& options) {
  return diagonal_of(c, n, options);
}
DiagonalEstimate estimate_diagonal(Curvature<double>& c, Index n, const ProbeOptions& options) {
  return diagonal_of(c, n, options);
}

}  // namespace gradus
