#include "optim/second_order/dense_curvature.h"

#include <gmock/gmock.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>

#include "base/threads.h"
#include "tests/support/count_allocations.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Scalar>
class Matrix : public Curvature<Scalar> {
 public:
  using typename Curvature<Scalar>::View;
  using typename Curvature<Scalar>::Ref;

  explicit Matrix(const Eigen::MatrixXd& m) : matrix(m.cast<Scalar>()) {}
  void apply(View v, Ref out) override {
    ++products;
    Eigen::Map<Eigen::Vector<Scalar, -1>>(out.data(), std::ssize(v)).noalias() =
        matrix * Eigen::Map<const Eigen::Vector<Scalar, -1>>(v.data(), std::ssize(v));
  }
  void apply_many(Index count, View v, Ref out) override {
    most = std::max(most, count);
    Curvature<Scalar>::apply_many(count, v, out);
  }
  Scalar value(View) override { return 0; }

  Eigen::Matrix<Scalar, -1, -1> matrix;
  Index products = 0, most = 0;
};

// Symmetric, with its smallest eigenvalue about `least`.
Eigen::MatrixXd symmetric(Index n, double least) {
  const Vector<double> random = test::normal_vector(n * n, "matrix");
  const Eigen::Map<const Eigen::MatrixXd> a(random.data(), n, n);
  return a * a.transpose() / static_cast<double>(n) + least * Eigen::MatrixXd::Identity(n, n);
}

template <class Scalar>
DenseCurvature<Scalar> formed(const Eigen::MatrixXd& m) {
  Matrix<Scalar> matrix(m);
  DenseCurvature<Scalar> dense;
  dense.reset("test", "most", m.rows(), m.rows());
  EXPECT_EQ(dense.form(matrix), -1);
  EXPECT_EQ(matrix.products, m.rows());
  return dense;
}

template <class Scalar>
Eigen::VectorXd solved(const DenseCurvature<Scalar>& dense, const Eigen::VectorXd& b) {
  Vector<Scalar> x(static_cast<std::size_t>(b.size()));
  for (Index i = 0; i < b.size(); ++i) x[static_cast<std::size_t>(i)] = static_cast<Scalar>(b[i]);
  dense.solve(x);
  return Eigen::Map<const Eigen::Vector<Scalar, -1>>(x.data(), b.size()).template cast<double>();
}

// Of one panel, of exactly one or two, and of more with a rest.
class DenseCurvatureOf : public testing::TestWithParam<Index> {};

TEST_P(DenseCurvatureOf, SolvesWhatItForms) {
  const Index n = GetParam();
  const Eigen::MatrixXd m = symmetric(n, 0.5);
  const Vector<double> random = test::normal_vector(n, "b");
  const Eigen::Map<const Eigen::VectorXd> b(random.data(), n);
  auto dense = formed<double>(m);
  ASSERT_TRUE(dense.factorise());
  // Condition number below 10: backward errors of a few roundings, times √n.
  const double rounding = 100 * std::sqrt(static_cast<double>(n)) * 0x1p-53;
  EXPECT_LT((m * solved(dense, b) - b).norm(), rounding * b.norm());
  for (Index i = 0; i < n; ++i) EXPECT_EQ(dense.diagonal()[static_cast<std::size_t>(i)], m(i, i));

  auto in_float = formed<float>(m);
  ASSERT_TRUE(in_float.factorise());
  EXPECT_LT((m * solved(in_float, b) - b).norm(), rounding * 0x1p29 * b.norm());

  Vector<double> d(static_cast<std::size_t>(n));
  Eigen::MatrixXd damped = m;
  for (Index i = 0; i < n; ++i) {
    d[static_cast<std::size_t>(i)] = static_cast<double>(1 + i % 3);
    damped(i, i) += 0.25 * d[static_cast<std::size_t>(i)];
  }
  ASSERT_TRUE(dense.factorise(0.25, d));
  EXPECT_LT((damped * solved(dense, b) - b).norm(), rounding * b.norm());
}
INSTANTIATE_TEST_SUITE_P(Sizes, DenseCurvatureOf, testing::Values(1, 2, 5, 95, 96, 97, 192, 300));

TEST(DenseCurvature, TakesTheSymmetricPart) {
  Eigen::MatrixXd m = symmetric(130, 1), skew = Eigen::MatrixXd::Zero(130, 130);
  const Eigen::VectorXd b = Eigen::VectorXd::LinSpaced(130, -1, 1);
  for (Index i = 0; i < 130; ++i)
    for (Index j = 0; j < i; ++j) skew(i, j) = -(skew(j, i) = 0.1 * std::sin(static_cast<double>(7 * i + j)));
  auto dense = formed<double>(m + skew);
  ASSERT_TRUE(dense.factorise());
  EXPECT_LT((m * solved(dense, b) - b).norm(), 1e-12);
}

TEST(DenseCurvature, AsksForSeveralDirectionsAtATime) {
  Matrix<double> matrix(symmetric(200, 1));
  DenseCurvature<double> dense;
  dense.reset("test", "most", 200, 200);
  dense.form(matrix);
  EXPECT_GT(matrix.most, 50);
  EXPECT_EQ(matrix.products, 200);
}

TEST(DenseCurvature, ShiftsAsNocedalAndWrightDo) {
  // The first of 0 or β − min Cᵢᵢ, then max(10 τ, β), …, that makes all eigenvalues positive.
  constexpr double beta = 1e-3;
  for (const double least : {1.0, 0.3, -1e-4, -0.02, -0.7, -3.0, -1e6}) {
    const Eigen::MatrixXd m = symmetric(40, least);
    const double lowest = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(m).eigenvalues()[0];
    double tau = m.diagonal().minCoeff() > 0 ? 0 : beta - m.diagonal().minCoeff();
    while (lowest + tau <= 0) tau = std::max(10 * tau, beta);
    auto dense = formed<double>(m);
    EXPECT_NEAR(dense.factorise_shifted(beta), tau, 1e-9 * tau) << least;
    const Eigen::VectorXd b = Eigen::VectorXd::LinSpaced(40, -1, 1);
    const Eigen::VectorXd x = solved(dense, b);
    EXPECT_LT((m * x + tau * x - b).norm(), 1e-8 * b.norm()) << least;
  }
}

TEST(DenseCurvature, ShiftsWhatIsSingular) {
  EXPECT_EQ(formed<double>(Eigen::MatrixXd::Zero(3, 3)).factorise_shifted(1e-3), 1e-3);
  EXPECT_EQ(formed<double>(Eigen::MatrixXd::Constant(4, 4, 1)).factorise_shifted(1e-3), 1e-3);
  // Of rank 50; what is left of the other pivots is rounding.
  const Eigen::MatrixXd a = symmetric(150, 0).leftCols(50), m = a * a.transpose();
  EXPECT_FALSE(formed<double>(m).factorise());
  EXPECT_FALSE(formed<float>(m).factorise());
  EXPECT_EQ(formed<float>(m).factorise_shifted(1e-3), 1e-3);
}

TEST(DenseCurvature, DoesNotCareHowVariablesAreScaled) {
  // Scales from 1e-12 to 1e12: condition number 1e48, but Cholesky's rounding is that of the scaled matrix.
  const Index n = 25;
  const Eigen::MatrixXd m = symmetric(n, 0.5);
  Eigen::VectorXd scale(n), b = Eigen::VectorXd::LinSpaced(n, -1, 1);
  for (Index i = 0; i < n; ++i) scale[i] = std::pow(10, static_cast<double>(i) - 12);
  auto dense = formed<double>(scale.asDiagonal() * m * scale.asDiagonal());
  ASSERT_EQ(dense.factorise_shifted(1e-3), 0);
  const Eigen::VectorXd x = scale.cwiseProduct(solved(dense, scale.cwiseProduct(b)));
  EXPECT_LT((m * x - b).norm(), 1e-13);
}

TEST(DenseCurvature, FindsNoShiftWhereNumbersEnd) {
  Eigen::MatrixXd m = Eigen::MatrixXd::Constant(2, 2, 3e38);
  m(1, 1) = -3e38;
  EXPECT_EQ(formed<float>(m).factorise_shifted(1e-3), infinity);
}

TEST(DenseCurvature, SaysWhichProductIsNotFinite) {
  for (const double bad : {nan, infinity}) {
    Eigen::MatrixXd m = symmetric(120, 1);
    m(3, 107) = bad;  // 0 · NaN and 0 · ∞ are NaN: column by column it is not
    struct Columns : Matrix<double> {
      using Matrix<double>::Matrix;
      void apply(View v, Ref out) override {
        const auto i = std::find(v.begin(), v.end(), 1.0) - v.begin();
        for (std::size_t j = 0; j < out.size(); ++j) out[j] = matrix(static_cast<Index>(j), i);
      }
    } matrix(m);
    DenseCurvature<double> dense;
    dense.reset("test", "most", 120, 120);
    EXPECT_EQ(dense.form(matrix), 107);
    matrix.matrix(3, 107) = 0;
    EXPECT_EQ(dense.form(matrix), -1) << "can be used again";
  }
}

TEST(DenseCurvature, RefusesWhatIsTooLarge) {
  DenseCurvature<float> dense;
  EXPECT_ERROR(dense.reset("newton", "max_parameters", 100'000, 10'000),
               "[newton] θ has 100000 elements, more than max_parameters = 10000; the matrix and its factor "
               "would take 40 GB.");
  EXPECT_NO_THROW(dense.reset("newton", "max_parameters", 100, 100));
}

TEST(DenseCurvature, TakesNothing) {
  auto dense = formed<double>(Eigen::MatrixXd(0, 0));
  EXPECT_TRUE(dense.factorise());
  EXPECT_EQ(dense.factorise_shifted(1e-3), 0);
  dense.solve({});
}

TEST(DenseCurvature, AllocatesNothingAndGivesTheSameBitsOnAnyNumberOfThreads) {
  const int default_threads = threads();
  Matrix<float> matrix(symmetric(500, 0.1));
  const Vector<float> b = test::normal_vector<float>(500, "b");
  Vector<float> first;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    DenseCurvature<float> dense;
    dense.reset("test", "most", 500, 500);
    dense.form(matrix);
    dense.factorise_shifted(1e-3);
    Vector<float> x = b;
    const auto before = test::allocations();
    dense.form(matrix);
    dense.factorise_shifted(1e-3);
    dense.solve(x);
    EXPECT_EQ(test::allocations(), before);
    if (count == 1) first = x;
    EXPECT_EQ(x, first);
  }
  set_threads(default_threads);
}

}  // namespace
}  // namespace gradus
