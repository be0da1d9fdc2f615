#include "optim/first_order/muon.h"

#include <gmock/gmock.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "base/threads.h"
#include "optim/first_order/adamw.h"
#include "tests/optim/given_gradients.h"
#include "tests/support/normal_vector.h"
#include "tests/support/restore_threads.h"

namespace gradus {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

TEST(Muon, MakesAMatrixNearlyOrthogonal) {
  struct Shape {
    Index rows, columns;
  };
  for (const auto [rows, columns] :
       {Shape{20, 50}, Shape{50, 20}, Shape{16, 16}, Shape{1, 30}, Shape{150, 140}, Shape{2, 3}}) {
    const Index n = rows * columns;
    test::GivenGradients<> f(test::normal_vector(n, "g", 1e-3));
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
  test::GivenGradients<> f(5, g), f_too(5, g);
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
  test::GivenGradients<> f(Vector<double>(12, 0));
  Vector<double> theta(12, 1);
  Muon<double> muon;
  muon.reset(Layout({{"w", 0, 3, 4}}));
  EXPECT_EQ(muon.step(f, theta).status, Status::ok);
  EXPECT_EQ(theta, Vector<double>(12, 1));
}

// One element of the first matrix has a square, or a momentum, that is infinite in float: this matrix stays, others move, and
// the next step is an ordinary one.
TEST(Muon, LeavesABlockWhereAnElementOverflows) {
  test::GivenGradients<float> f(
      8, [](Index t, Index i) { return i == 2 && t == 1 ? 3e38F : 1 + static_cast<float>(i); }, 1.F);
  Muon<float> method({.momentum = 0.95});
  method.reset(Layout({{"a", 0, 2, 2}, {"b", 4, 2, 2}}));
  Vector<float> theta(8, 1);
  const StepReport report = method.step(f, theta);
  EXPECT_EQ(report.status, Status::non_finite);
  EXPECT_THAT(report.message, testing::HasSubstr("Step 1 overflows θ[2]"));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(theta[i], 1);
  EXPECT_NE(theta[4], 1);
  EXPECT_EQ(method.step(f, theta).status, Status::ok);
  EXPECT_NE(theta[2], 1);
}

TEST(MuonThreads, GiveTheSameBits) {
  const Index rows = 300, columns = 170, n = rows * columns;
  const test::RestoreThreads restore;
  Vector<double> first;
  for (const int count : {1, 3}) {
    set_threads(count);
    test::GivenGradients<> f(test::normal_vector(n, "g"));
    Vector<double> theta(static_cast<std::size_t>(n), 0);
    Muon<double> muon;
    muon.reset(Layout({{"w", 0, rows, columns}}));
    muon.step(f, theta);
    if (count == 1)
      first = theta;
    else
      EXPECT_EQ(theta, first);
  }
}

}  // namespace
}  // namespace gradus
