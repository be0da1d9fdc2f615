#include "optim/first_order/muon.h"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "base/threads.h"
#include "optim/first_order/adamw.h"
#include "tests/optim/linear_losses.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

test::LinearLosses constant(const Vector<double>& g) {
  return {std::ssize(g), [g](Index, Index i) { return g[static_cast<std::size_t>(i)]; }};
}

TEST(Muon, MakesAMatrixNearlyOrthogonal) {
  struct Shape {
    Index rows, columns;
  };
  for (const auto [rows, columns] :
       {Shape{20, 50}, Shape{50, 20}, Shape{16, 16}, Shape{1, 30}, Shape{150, 140}, Shape{2, 3}}) {
    const Index n = rows * columns;
    test::LinearLosses f = constant(test::normal_vector(n, "g", 1e-3));
    Vector<double> theta(static_cast<std::size_t>(n), 0);
    Muon<double> muon({.learning_rate = 0.1});
    muon.reset(Layout({{"w", 0, rows, columns}}));
    ASSERT_EQ(muon.step(f, theta).status, Status::ok);
    const double scale =
        0.1 * std::sqrt(std::max(1.0, static_cast<double>(rows) / static_cast<double>(columns)));
    const Matrix step = Eigen::Map<const Matrix>(theta.data(), rows, columns) / scale;
    Eigen::MatrixXd gram = step * step.transpose();
    if (rows > columns) gram = step.transpose() * step;
    const Eigen::VectorXd singular =
        Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(gram, Eigen::EigenvaluesOnly)
            .eigenvalues()
            .cwiseSqrt();
    EXPECT_GT(singular.minCoeff(), 0.6) << rows << " x " << columns;
    EXPECT_LT(singular.maxCoeff(), 1.3) << rows << " x " << columns;
  }
}

TEST(Muon, LeavesVectorsToAdamW) {
  const auto g = [](Index t, Index i) { return std::sin(static_cast<double>(3 * t + i)); };
  test::LinearLosses f(5, g), f_too(5, g);
  const auto rate = [](double peak) { return schedules::InverseSqrt{.rate = peak}; };
  Muon<double> muon({.learning_rate = rate(0.5), .weight_decay = 0.1, .adam_learning_rate = 0.01});
  Adamw<double> adamw({.learning_rate = rate(0.01), .weight_decay = 0.1, .dialect = Dialect::torch});
  muon.reset(5);
  adamw.reset(5);
  Vector<double> theta(5, 1), expected(5, 1);
  for (int t = 0; t < 30; ++t) {
    muon.step(f, theta);
    adamw.step(f_too, expected);
    for (std::size_t i = 0; i < 5; ++i) ASSERT_NEAR(theta[i], expected[i], 1e-14) << t;
  }
}

TEST(Muon, LeavesAMatrixWithoutAGradient) {
  test::LinearLosses f = constant(Vector<double>(12, 0));
  Vector<double> theta(12, 1);
  Muon<double> muon;
  muon.reset(Layout({{"w", 0, 3, 4}}));
  EXPECT_EQ(muon.step(f, theta).status, Status::ok);
  EXPECT_EQ(theta, Vector<double>(12, 1));
}

TEST(MuonThreads, GiveTheSameBits) {
  const Index rows = 300, columns = 170, n = rows * columns;
  const int before = threads();
  Vector<double> first;
  for (const int count : {1, 3}) {
    set_threads(count);
    test::LinearLosses f = constant(test::normal_vector(n, "g"));
    Vector<double> theta(static_cast<std::size_t>(n), 0);
    Muon<double> muon;
    muon.reset(Layout({{"w", 0, rows, columns}}));
    muon.step(f, theta);
    if (count == 1)
      first = theta;
    else
      EXPECT_EQ(theta, first);
  }
  set_threads(before);
}

}  // namespace
}  // namespace gradus
