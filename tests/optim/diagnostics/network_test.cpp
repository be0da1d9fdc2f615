// All diagnostics of a small network against its curvature matrix, assembled from products and decomposed by Eigen.
#include "nn/network.h"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

#include "optim/diagnostics/eigenvalues.h"
#include "optim/diagnostics/spectral_density.h"
#include "optim/diagnostics/trace.h"
#include "optim/objectives/network_objective.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

template <class Scalar>
class Problem {
 public:
  Problem() {
    for (std::size_t i = 0; i < labels_.size(); ++i) labels_[i] = static_cast<Scalar>(i % 3);
    objective_.set_batch(inputs_, labels_);
  }
  Index size() const { return objective_.size(); }
  Curvature<Scalar>& hessian() { return objective_.hessian(theta_); }
  Curvature<Scalar>& gauss_newton() { return objective_.gauss_newton(theta_); }

 private:
  Network network_ = mlp({4, 6, 3}, {.activation = Activation::tanh, .l2 = 0.01});
  NetworkObjective<Scalar> objective_{network_};
  Vector<Scalar> theta_ = test::normal_vector<Scalar>(network_.parameters().size(), "theta", 0.7);
  Vector<Scalar> inputs_ = test::normal_vector<Scalar>(20 * 4, "inputs"), labels_ = Vector<Scalar>(20);
};

Eigen::MatrixXd dense(Curvature<double>& c, Index n) {
  Eigen::MatrixXd matrix(n, n);
  Vector<double> unit(static_cast<std::size_t>(n)), column(unit);
  for (Index j = 0; j < n; ++j) {
    unit[static_cast<std::size_t>(j)] = 1;
    c.apply(unit, column);
    unit[static_cast<std::size_t>(j)] = 0;
    matrix.col(j) = Eigen::Map<const Eigen::VectorXd>(column.data(), n);
  }
  return matrix;
}

void expect_as_in(const Eigen::MatrixXd& matrix, Curvature<double>& c) {
  const Index n = matrix.rows();
  EXPECT_LT((matrix - matrix.transpose()).norm(), 1e-13 * matrix.norm());
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix);
  const Eigen::VectorXd lambda = solver.eigenvalues();
  const Eigen::MatrixXd vectors = solver.eigenvectors();

  const Eigenvalues e = largest_eigenvalues(c, n, 4, {.both_ends = true, .tolerance = 1e-9});
  EXPECT_TRUE(e.converged) << e.message;
  for (Index i = 0; i < 4; ++i) {
    EXPECT_NEAR(e.largest[static_cast<std::size_t>(i)].value, lambda(n - 1 - i), 1e-9 * lambda(n - 1));
    EXPECT_NEAR(e.smallest[static_cast<std::size_t>(i)].value, lambda(i), 1e-9 * lambda(n - 1));
  }

  const TraceEstimate t = estimate_trace(c, n, {.samples = 500});
  EXPECT_LT(std::abs(t.trace - matrix.trace()), 4 * t.standard_error);
  EXPECT_LT(t.standard_error, 0.1 * matrix.norm());
  const DiagonalEstimate d = estimate_diagonal(c, n, {.samples = 500});
  for (Index i = 0; i < n; ++i)
    EXPECT_LT(std::abs(d.diagonal[static_cast<std::size_t>(i)] - matrix(i, i)),
              4 * d.standard_error[static_cast<std::size_t>(i)])
        << i;

  // n steps give each probe's exact measure, whose nodes are the eigenvalues: Σ w g(θ) is a trace estimate of g(C)/n, with
  // a variance of 2/(n² probes) times the sum of g(C)'s squared elements off the diagonal.
  constexpr Index probes = 50;
  const SpectralDensity all = spectral_density(c, n, {.probes = probes, .steps = n});
  EXPECT_NEAR(all.nodes.front().value, lambda(0), 1e-10);
  EXPECT_NEAR(all.nodes.back().value, lambda(n - 1), 1e-10);
  const auto expect_mean_of = [&](auto g) {
    Eigen::VectorXd values = lambda.unaryExpr(g);
    double sum = 0;
    for (const auto& [value, weight] : all.nodes) sum += weight * g(value);
    const Eigen::MatrixXd of_c = vectors * values.asDiagonal() * vectors.transpose();
    const double variance = of_c.squaredNorm() - of_c.diagonal().squaredNorm();
    EXPECT_NEAR(sum, values.mean(), 4 * std::sqrt(2 * variance / probes) / static_cast<double>(n));
  };
  const double middle = lambda(n / 2 - 5) + 0.5 * (lambda(n / 2 - 4) - lambda(n / 2 - 5));
  expect_mean_of([](double x) { return x; });
  expect_mean_of([](double x) { return x * x; });
  expect_mean_of([](double x) { return std::exp(-x); });
  expect_mean_of([=](double x) { return x < middle ? 1.0 : 0.0; });
}

TEST(DiagnosticsOfANetwork, AreThoseOfItsHessian) {
  Problem<double> problem;
  const Eigen::MatrixXd matrix = dense(problem.hessian(), problem.size());
  EXPECT_LT(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(matrix).eigenvalues()(0), -0.01);
  expect_as_in(matrix, problem.hessian());
}

TEST(DiagnosticsOfANetwork, AreThoseOfItsGaussNewtonMatrix) {
  Problem<double> problem;
  const Eigen::MatrixXd matrix = dense(problem.gauss_newton(), problem.size());
  expect_as_in(matrix, problem.gauss_newton());
}

TEST(DiagnosticsOfANetwork, InFloatAreThoseInDouble) {
  Problem<double> problem;
  Problem<float> rounded;
  const Index n = problem.size();
  const Eigenvalues e = largest_eigenvalues(problem.hessian(), n, 3, {.both_ends = true}),
                    f = largest_eigenvalues(rounded.hessian(), n, 3, {.both_ends = true});
  EXPECT_TRUE(e.converged && f.converged);
  const double size = e.largest[0].value;  // 1e-4 of it is the tolerance
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(f.largest[i].value, e.largest[i].value, 2e-4 * size) << i;
    EXPECT_NEAR(f.smallest[i].value, e.smallest[i].value, 2e-4 * size) << i;
  }
  EXPECT_NEAR(estimate_trace(rounded.hessian(), n).trace, estimate_trace(problem.hessian(), n).trace,
              1e-5 * static_cast<double>(n) * size);
}

}  // namespace
}  // namespace gradus
