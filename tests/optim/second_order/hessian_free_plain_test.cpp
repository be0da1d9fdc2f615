// Hessian-free optimization without its tricks.
#include <gtest/gtest.h>

#include <cmath>

#include "optim/second_order/hessian_free.h"
#include "optim/vector_math.h"
#include "tests/optim/quadratic.h"
#include "tests/optim/second_order/hessian_free_functions.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

using test::normal_vector;
using test::Scripted;
using View = std::span<const double>;

// As in lectures: conjugate gradient on the Hessian.
HessianFreeOptions plain(double residual) {
  return {.matrix = HessianFreeOptions::Matrix::hessian,
          .initial_damping = 0,
          .preconditioner_exponent = 0,
          .warm_start = 0,
          .progress_tolerance = 0,
          .residual_tolerance = residual,
          .backtracking = false,
          .line_search = false};
}

StepReport first_step(Objective<double>& f, Vector<double>& theta, const HessianFreeOptions& options) {
  HessianFree<double> method(options);
  method.reset(f.size());
  return method.step(f, theta);
}

test::Quadratic<double> positive_definite(std::size_t n) {
  std::vector<std::vector<double>> a(n, std::vector<double>(n));
  const Vector<double> b = normal_vector(static_cast<Index>(n * n), "b");
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t k = 0; k < n; ++k) a[i][j] += b[i * n + k] * b[j * n + k] / static_cast<double>(n);
      a[i][j] += i == j;
    }
  return {a, std::vector<double>(n, 1)};
}

TEST(HessianFreePlain, WithoutDampingAConvexQuadraticEndsInOneStep) {
  for (const std::size_t n : {1u, 2u, 12u}) {
    auto f = positive_definite(n);
    const double start_norm = [&] {
      Vector<double> g(n);
      f.gradient(Vector<double>(n, 3), g);
      return norm(g);
    }();
    HessianFreeOptions with_line_search = plain(1e-13);
    with_line_search.line_search = with_line_search.backtracking = true;
    for (const HessianFreeOptions& options : {plain(1e-13), with_line_search}) {
      Vector<double> theta(n, 3), g(n);
      const StepReport report = first_step(f, theta, options);
      EXPECT_EQ(report.status, Status::ok);
      EXPECT_EQ(report.step_size, 1);
      EXPECT_NEAR(report.reduction_ratio, 1, 1e-12);
      EXPECT_LE(report.inner_iterations, static_cast<Index>(n) + 3);
      f.gradient(theta, g);
      EXPECT_LT(norm(g), 1e-12 * start_norm) << n;
    }
  }
}

// Σ 100 (θᵢ₊₁ − θᵢ²)² + (1 − θᵢ)², its Hessian written out here, and conjugate gradient on it.
TEST(HessianFreePlain, ThePlainFormIsConjugateGradientOnTheHessian) {
  constexpr std::size_t n = 8;
  Scripted f(n);
  f.f = [](View x) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < n; ++i)
      sum += 100 * std::pow(x[i + 1] - x[i] * x[i], 2) + std::pow(1 - x[i], 2);
    return sum;
  };
  f.gradient_of_f = [](View x, std::span<double> g) {
    std::ranges::fill(g, 0.0);
    for (std::size_t i = 0; i + 1 < n; ++i) {
      const double r = x[i + 1] - x[i] * x[i];
      g[i] += -400 * x[i] * r - 2 * (1 - x[i]);
      g[i + 1] += 200 * r;
    }
  };
  f.product = [](View x, View v, std::span<double> out) {
    std::ranges::fill(out, 0.0);
    for (std::size_t i = 0; i + 1 < n; ++i) {
      out[i] += (1200 * x[i] * x[i] - 400 * x[i + 1] + 2) * v[i] - 400 * x[i] * v[i + 1];
      out[i + 1] += 200 * v[i + 1] - 400 * x[i] * v[i];
    }
  };
  Vector<double> theta(n, 1.3), expected = theta;
  HessianFree<double> method(plain(1e-3));
  method.reset(n);
  for (int step = 0; step < 4; ++step) {
    Vector<double> r(n), p(n), Ap(n), x(n, 0);
    f.gradient_of_f(expected, r);
    for (double& v : r) v = -v;
    p = r;
    const double end = 1e-3 * norm(r);
    double rr = dot(r, r);
    Index iterations = 0;
    while (norm(r) > end) {
      f.product(expected, p, Ap);
      ASSERT_GT(dot(p, Ap), 0);
      const double alpha = rr / dot(p, Ap);
      axpy(alpha, p, x);
      axpy(-alpha, Ap, r);
      const double beta = dot(r, r) / rr;
      rr = dot(r, r);
      for (std::size_t i = 0; i < n; ++i) p[i] = r[i] + beta * p[i];
      ++iterations;
    }
    axpy(1, x, expected);
    const StepReport report = method.step(f, theta);
    EXPECT_EQ(report.inner_iterations, iterations);
    EXPECT_EQ(report.evaluations.products, iterations);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(theta[i], expected[i], 1e-10) << step;
  }
}

}  // namespace
}  // namespace gradus
