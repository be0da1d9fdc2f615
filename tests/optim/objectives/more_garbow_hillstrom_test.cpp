// Every problem against reference/more_garbow_hillstrom.json, which more_garbow_hillstrom.py computes from the paper's
// formulas with 60 digits, and against differences of its own values.
#include "optim/objectives/more_garbow_hillstrom.h"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/count_allocations.h"

namespace gradus {
namespace {

using Json = nlohmann::json;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

const Json& reference() {
  static const Json json = Json::parse(std::ifstream(GRADUS_MORE_GARBOW_HILLSTROM));
  return json;
}

VectorXd vector(const Json& numbers) {
  const auto x = numbers.get<std::vector<double>>();
  return Eigen::Map<const VectorXd>(x.data(), std::ssize(x));
}

double value(Objective<double>& f, const VectorXd& x) { return f.value({x.data(), x.data() + x.size()}); }

VectorXd gradient(Objective<double>& f, const VectorXd& x) {
  VectorXd g(x.size());
  f.gradient({x.data(), x.data() + x.size()}, {g.data(), g.data() + g.size()});
  return g;
}

VectorXd product(Curvature<double>& c, const VectorXd& v) {
  VectorXd out(v.size());
  c.apply({v.data(), v.data() + v.size()}, {out.data(), out.data() + out.size()});
  return out;
}

MatrixXd matrix(Curvature<double>& c, Index n) {
  MatrixXd m(n, n);
  for (Index j = 0; j < n; ++j) m.col(j) = product(c, VectorXd::Unit(n, j));
  return m;
}

MatrixXd hessian(Objective<double>& f, const VectorXd& x) {
  return matrix(f.hessian({x.data(), x.data() + x.size()}), x.size());
}

MatrixXd gauss_newton(Objective<double>& f, const VectorXd& x) {
  return matrix(f.gauss_newton({x.data(), x.data() + x.size()}), x.size());
}

class MoreGarbowHillstrom : public testing::TestWithParam<std::size_t> {
 protected:
  const TestProblem& problem_ = more_garbow_hillstrom()[GetParam()];
  const Json& reference_ = reference()[GetParam()];
  LeastSquares<double> f_{problem_.residuals};

  // What rounding may do to ‖f‖: some ε of what the residuals are made of, which are multiples of x and constants.
  double noise(const VectorXd& x) { return 4 * epsilon * (jacobian_norm(x) * x.norm() + 100); }
  double jacobian_norm(const VectorXd& x) { return std::sqrt(gauss_newton(f_, x).trace() / 2); }

  // The Jacobian by central differences.
  MatrixXd jacobian(const VectorXd& x, double h) {
    MatrixXd j(problem_.m, problem_.n);
    VectorXd up(problem_.m), down(problem_.m);
    for (Index k = 0; k < problem_.n; ++k) {
      const VectorXd step = h * VectorXd::Unit(problem_.n, k);
      problem_.residuals->evaluate(VectorXd(x + step).data(), up.data());
      problem_.residuals->evaluate(VectorXd(x - step).data(), down.data());
      j.col(k) = (up - down) / (2 * h);
    }
    return j;
  }
};

TEST_P(MoreGarbowHillstrom, IsThePapersProblem) {
  EXPECT_EQ(more_garbow_hillstrom().size(), reference().size());
  EXPECT_EQ(problem_.number, reference_["number"]);
  EXPECT_EQ(problem_.n, reference_["n"]);
  EXPECT_EQ(problem_.m, reference_["m"]);
  EXPECT_EQ(problem_.residuals->n(), problem_.n);
  EXPECT_EQ(problem_.residuals->m(), problem_.m);
  EXPECT_FALSE(problem_.name.empty());
  const VectorXd start = vector(reference_["points"][0]["x"]);
  ASSERT_EQ(std::ssize(problem_.start), start.size());
  for (Index j = 0; j < start.size(); ++j)
    EXPECT_DOUBLE_EQ(problem_.start[static_cast<std::size_t>(j)], start[j]);
}

// Residuals that cancel lose three digits at most (functions 9 and 26), and so do their derivatives.
TEST_P(MoreGarbowHillstrom, HasTheValuesAndDerivativesOfTheFormulas) {
  constexpr double relative = 1e-12;
  for (const Json& point : reference_["points"]) {
    const VectorXd x = vector(point["x"]), v = vector(point["v"]);
    const double f = point["f"];
    const MatrixXd hessian_x = hessian(f_, x), gauss_newton_x = gauss_newton(f_, x);
    // |2 Σ f_i ∂_j f_i| ≤ 2 ‖f‖ ‖∂_j f‖
    const VectorXd slopes = std::sqrt(f) * (2 * gauss_newton_x.diagonal()).cwiseSqrt();
    const auto expect_near = [&](const VectorXd& ours, const Json& theirs, const VectorXd& magnitude) {
      const VectorXd error = (ours - vector(theirs)).cwiseAbs();
      for (Index j = 0; j < error.size(); ++j)
        EXPECT_LE(error[j], relative * magnitude[j]) << "element " << j;
    };
    EXPECT_NEAR(value(f_, x), f, relative * f);
    expect_near(gradient(f_, x), point["gradient"], slopes);
    expect_near(hessian_x * v, point["hessian_product"], hessian_x.cwiseAbs() * v.cwiseAbs());
    expect_near(gauss_newton_x * v, point["gauss_newton_product"], gauss_newton_x.cwiseAbs() * v.cwiseAbs());
    EXPECT_EQ(hessian_x, hessian_x.transpose());
    EXPECT_EQ(gauss_newton_x, gauss_newton_x.transpose());
  }
}

// Central differences D(h) err by c h² and by rounding/h: with D(2h) − D(h) = 3 c h², the first is less than what they move
// from 2h to h.
TEST_P(MoreGarbowHillstrom, DerivativesAreThoseOfItsOwnValues) {
  constexpr double h = 1e-5;
  for (const Json& point : reference_["points"]) {
    const VectorXd x = vector(point["x"]);
    const Index n = problem_.n;
    const auto values = [&](double step) {
      VectorXd d(n);
      for (Index j = 0; j < n; ++j) {
        const VectorXd e = step * VectorXd::Unit(n, j);
        d[j] = (value(f_, x + e) - value(f_, x - e)) / (2 * step);
      }
      return d;
    };
    const auto gradients = [&](double step) {
      MatrixXd d(n, n);
      for (Index j = 0; j < n; ++j) {
        const VectorXd e = step * VectorXd::Unit(n, j);
        d.col(j) = (gradient(f_, x + e) - gradient(f_, x - e)) / (2 * step);
      }
      return d;
    };
    const auto squares = [&](double step) -> MatrixXd {
      return 2 * jacobian(x, step).transpose() * jacobian(x, step);
    };
    const auto expect_near = [](const MatrixXd& exact, const MatrixXd& at_h, const MatrixXd& at_2h,
                                double rounding) {
      const double tolerance = (at_2h - at_h).norm() + rounding;
      EXPECT_LE((at_h - exact).norm(), tolerance);
      EXPECT_LE(tolerance, 1e-2 * exact.norm()) << "the differences say nothing";
    };
    const MatrixXd exact = hessian(f_, x);
    const double size = std::sqrt(static_cast<double>(n));
    const double slope = jacobian_norm(x), rounding = size * noise(x) / h;
    expect_near(gradient(f_, x), values(h), values(2 * h), 2 * std::sqrt(value(f_, x)) * rounding);
    expect_near(exact, gradients(h), gradients(2 * h),
                2 * slope * rounding + size * epsilon * exact.norm() * x.norm() / h);
    expect_near(gauss_newton(f_, x), squares(h), squares(2 * h), 4 * slope * rounding);
  }
}

TEST_P(MoreGarbowHillstrom, MinimaAreThoseOfTheFormulas) {
  std::set<double> found;
  for (const Json& minimum : reference_["minima"]) {
    const VectorXd x = vector(minimum["x"]);
    const double f = minimum["f"];
    found.insert(f);
    const double delta = noise(x);
    EXPECT_NEAR(value(f_, x), f, 2 * std::sqrt(f) * delta + delta * delta);
    const MatrixXd h = hessian(f_, x);
    EXPECT_LE(gradient(f_, x).norm(), epsilon * h.norm() * x.norm() + 2 * jacobian_norm(x) * delta);
    const VectorXd curvatures = Eigen::SelfAdjointEigenSolver<MatrixXd>(h).eigenvalues();
    if (problem_.number == 18 && f > 0)
      EXPECT_LT(curvatures[0], -1e-3) << "as its note says";
    else
      EXPECT_GE(curvatures[0], -8 * epsilon * h.norm());
  }
  // Computed from the same digits, but for those of the linear functions, which are the paper's formulas.
  ASSERT_EQ(problem_.minima.size(), found.size());
  auto ours = problem_.minima.begin();
  for (double f : found) EXPECT_DOUBLE_EQ(*ours++, f);
}

TEST_P(MoreGarbowHillstrom, NothingIsAllocatedAfterTheConstructor) {
  const std::vector<double>& x = problem_.start;
  std::vector<double> out(x.size());
  const auto before = test::allocations();
  f_.value(x);
  f_.gradient(x, out);
  f_.hessian(x).apply(x, out);
  f_.gauss_newton(x).apply(x, out);
  EXPECT_EQ(test::allocations(), before);
}

TEST_P(MoreGarbowHillstrom, IsRoundedOnceForFloats) {
  LeastSquares<float> in_float(problem_.residuals);
  const std::vector<float> x(problem_.start.begin(), problem_.start.end());
  const VectorXd same = Eigen::Map<const Eigen::VectorXf>(x.data(), std::ssize(x)).cast<double>();
  std::vector<float> out(x.size());
  const auto expect_rounded = [&](const VectorXd& exact) {
    for (Index j = 0; j < exact.size(); ++j)
      EXPECT_EQ(out[static_cast<std::size_t>(j)], static_cast<float>(exact[j]));
  };
  EXPECT_EQ(in_float.value(x), static_cast<float>(value(f_, same)));
  EXPECT_EQ(in_float.gradient(x, out), in_float.value(x));
  expect_rounded(gradient(f_, same));
  const std::vector<float> v(x.size(), 1);
  in_float.hessian(x).apply(v, out);
  expect_rounded(product(f_.hessian({same.data(), x.size()}), VectorXd::Ones(same.size())));
  in_float.gauss_newton(x).apply(v, out);
  expect_rounded(product(f_.gauss_newton({same.data(), x.size()}), VectorXd::Ones(same.size())));
}

INSTANTIATE_TEST_SUITE_P(All, MoreGarbowHillstrom,
                         testing::Range<std::size_t>(0, more_garbow_hillstrom().size()), [](const auto& of) {
                           const TestProblem& p = more_garbow_hillstrom()[of.param];
                           return "function_" + std::to_string(p.number) + "_of_" + std::to_string(p.n);
                         });

}  // namespace
}  // namespace gradus
