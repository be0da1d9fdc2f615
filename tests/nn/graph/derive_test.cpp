#include "nn/graph/derive.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>

#include "base/random.h"
#include "nn/graph/ops.h"
#include "tests/support/evaluate.h"
#include "tests/support/expect_error.h"

namespace gradus::test {
namespace {

using Tensors = std::vector<Tensor>;
using testing::Each;

Vector<double> normals(std::size_t n, const char* purpose) {
  Random random(1, purpose);
  Vector<double> x(n);
  for (double& v : x) v = random.normal();
  return x;
}

TEST(Derive, GradWantsAScalar) {
  Graph g;
  const Tensor x = g.input("x", {batch, 3});
  EXPECT_ERROR(
      grad(square(x), Tensors{x}),
      "[grad] the loss must be a scalar; square #1 has shape (batch, 3). Take its mean or sum, or use vjp.");
  EXPECT_ERROR(grad(sum(x, {0, 1}, true), Tensors{x}), "has shape (1, 1)");
  EXPECT_ERROR(grad(Tensor(), Tensors{x}), "empty");
}

TEST(Derive, RefusesWhatDoesNotFit) {
  Graph g, other;
  const Tensor x = g.input("x", {3}), y = other.input("y", {3}), loss = sum(square(x));
  EXPECT_ERROR(grad(loss, Tensors{y}), "[grad] y is no variable of the outputs' graph.");
  EXPECT_ERROR(grad(loss, Tensors{Tensor()}), "[grad] (empty) is no variable of the outputs' graph.");
  EXPECT_ERROR(jvp(Tensors{}, Tensors{x}, Tensors{x}), "[jvp] there is no output to derive.");
  EXPECT_ERROR(jvp(Tensors{loss, sum(y)}, Tensors{x}, Tensors{x}), "[jvp]");
  EXPECT_ERROR(jvp(Tensors{loss}, Tensors{x}, Tensors{}), "[jvp] 0 directions for 1 tensors.");
  EXPECT_ERROR(jvp(Tensors{loss}, Tensors{x}, Tensors{y}), "[jvp] y belongs to another graph.");
  EXPECT_ERROR(vjp(Tensors{x}, Tensors{x}, Tensors{y}), "[vjp] y belongs to another graph.");
  EXPECT_ERROR(vjp(Tensors{square(x)}, Tensors{x}, Tensors{g.constant(1)}),
               "has shape (3), but constant #3 of shape () belongs to it.");
  EXPECT_ERROR(hvp(loss, Tensors{x}, Tensors{g.input("v", {4})}),
               "[jvp] x has shape (3), but v of shape (4)");
}

// What is built on these nodes is in truth built on their inputs, so a derivative by them would be 0 without a word.
TEST(Derive, RefusesVariablesThatOperationsLookThrough) {
  Graph g;
  const Tensor u = g.input("u", {2, 3});
  for (const Tensor z : {transpose(u), -u, reshape(u, {6}), broadcast(u, {4, 2, 3})}) {
    EXPECT_ERROR(grad(sum(square(z)), Tensors{z}),
                 "because operations look through it to u. Derive by that.");
    EXPECT_ERROR(gauss_newton(sum(square(z)), z, Tensors{u}, Tensors{u}), "look through it to u");
  }
}

TEST(Derive, OfNoVariableIsEmpty) {
  Graph g;
  EXPECT_TRUE(grad(g.constant(1), Tensors{}).empty());
}

TEST(Derive, WhatIsNotReachedIsZero) {
  Graph g;
  const Tensor x = g.input("x", {3}), y = g.input("y", {batch, 2}), v = g.input("v", {3}),
               w = g.input("w", {batch, 2});
  const Tensor loss = sum(square(x));
  const auto gradient = grad(loss, Tensors{x, y});
  EXPECT_EQ(gradient[1].shape(), y.shape());
  const Bindings bindings{{x, {1, 2, 3}}, {y, {1, 2, 3, 4}}, {v, {1, 1, 1}}, {w, {1, 1, 1, 1}}};
  const auto results =
      evaluate<double>({gradient[0], gradient[1], hvp(loss, Tensors{x, y}, Tensors{v, w})[1],
                        jvp(Tensors{square(y)}, Tensors{x}, Tensors{v})[0],
                        grad(sum(stop_gradient(x)), Tensors{x})[0], grad(g.constant(2), Tensors{y})[0]},
                       bindings, 2);
  EXPECT_EQ(results[0], (Vector<double>{2, 4, 6}));
  for (std::size_t i = 1; i < results.size(); ++i) EXPECT_THAT(results[i], Each(0)) << i;
}

TEST(Derive, TheOutputItselfMayBeTheVariable) {
  Graph g;
  const Tensor x = g.input("x", {}), u = g.input("u", {3}), z = g.input("z", {3});
  EXPECT_EQ(grad(x, Tensors{x})[0], g.constant(1));
  EXPECT_EQ(vjp(Tensors{z}, Tensors{z}, Tensors{u})[0], u);
  EXPECT_EQ(jvp(Tensors{z}, Tensors{z}, Tensors{u})[0], u);
  EXPECT_EQ(vjp(Tensors{z, z}, Tensors{z}, Tensors{u, u})[0], u + u) << "an output named twice counts twice";
  EXPECT_EQ(vjp(Tensors{z, exp(z)}, Tensors{z}, Tensors{u, Tensor()})[0], u) << "an empty cotangent is zero";
}

// z = tanh(x) taken as a variable: what it is computed from does not count, nor does a path around it.
TEST(Derive, AnyNodeMayBeAVariable) {
  Graph g;
  const Tensor x = g.input("x", {2}), v = g.input("v", {2}), z = tanh(x);
  const Tensor loss = sum(z * z * z + x * z);
  const auto both = grad(loss, Tensors{z, x});
  const auto results = evaluate<double>({both[0], both[1], hvp(loss, Tensors{z}, Tensors{v})[0]},
                                        {{x, {0.5, -1}}, {v, {1, 2}}});
  for (std::size_t i = 0; i < 2; ++i) {
    const double at = std::array{0.5, -1.0}[i], t = std::tanh(at), direction = std::array{1.0, 2.0}[i];
    EXPECT_NEAR(results[0][i], 3 * t * t + at, 1e-14);
    EXPECT_NEAR(results[1][i], t, 1e-14) << "beside z, x counts only where it stands itself";
    EXPECT_NEAR(results[2][i], 6 * t * direction, 1e-14);
  }
}

TEST(Derive, StopGradientHoldsAFactor) {
  Graph g;
  const Tensor x = g.input("x", {}), v = g.input("v", {});
  const Tensor y = x * stop_gradient(square(x));
  const auto results = evaluate<double>({y, grad(y, Tensors{x})[0], hvp(y, Tensors{x}, Tensors{v})[0],
                                         jvp(Tensors{y}, Tensors{x}, Tensors{v})[0]},
                                        {{x, {3}}, {v, {5}}});
  EXPECT_EQ(results[0][0], 27);
  EXPECT_EQ(results[1][0], 9);
  EXPECT_EQ(results[2][0], 0);
  EXPECT_EQ(results[3][0], 45);
}

// Derivatives of every order of functions whose closed forms are known: f′, f″, f‴, f⁗ by turns of grad and jvp.
TEST(Derive, DerivativesMayBeDerivedAgain) {
  Graph g;
  const Tensor x = g.input("x", {});
  const Tensor one = g.constant(1);
  struct Function {
    Tensor y;
    std::array<double, 4> derivatives;
  };
  const double a = 0.7, e = std::exp(a), t = std::tanh(a), s = 1 - t * t, p = 1 / (1 + std::exp(-a)),
               q = p * (1 - p);
  const double density = std::exp(-a * a / 2) / std::sqrt(2 * M_PI);
  const std::vector<Function> functions{
      {exp(x), {e, e, e, e}},
      {log(x), {1 / a, -1 / (a * a), 2 / (a * a * a), -6 / (a * a * a * a)}},
      {power(x, 5), {5 * std::pow(a, 4), 20 * a * a * a, 60 * a * a, 120 * a}},
      {power(x, 2), {2 * a, 2, 0, 0}},
      {x / (1 + x),
       {std::pow(1 + a, -2), -2 * std::pow(1 + a, -3), 6 * std::pow(1 + a, -4), -24 * std::pow(1 + a, -5)}},
      {tanh(x), {s, -2 * t * s, -2 * s * (1 - 3 * t * t), 8 * t * s * (2 - 3 * t * t)}},
      {softplus(x), {p, q, q * (1 - 2 * p), q * (1 - 6 * p + 6 * p * p)}},
      {normal_cdf(x), {density, -a * density, (a * a - 1) * density, (3 * a - a * a * a) * density}},
      {sqrt(x),
       {0.5 / std::sqrt(a), -0.25 * std::pow(a, -1.5), 0.375 * std::pow(a, -2.5),
        -0.9375 * std::pow(a, -3.5)}},
      {square(x) * x, {3 * a * a, 6 * a, 6, 0}}};
  for (const Function& f : functions) {
    Tensors orders{grad(f.y, Tensors{x})[0]};
    for (int order = 2; order <= 4; ++order)
      orders.push_back(order % 2 == 0 ? jvp(Tensors{orders.back()}, Tensors{x}, Tensors{one})[0]
                                      : grad(orders.back(), Tensors{x})[0]);
    const auto results = evaluate<double>(orders, {{x, {a}}});
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_NEAR(results[i][0], f.derivatives[i], 1e-13 * std::max(1.0, std::abs(f.derivatives[i])))
          << f.y.label() << ", derivative " << i + 1;
  }
}

// A small network with a convex loss: J and H column by column from unit vectors, then Jᵀ H J.
class GaussNewton : public testing::Test {
 protected:
  static constexpr Index cases = 5, inputs = 3, classes = 4;
  Graph g;
  Tensor x = g.input("x", {batch, inputs}), label = g.input("label", {batch}),
         w = g.input("w", {inputs, classes}), b = g.input("b", {classes}),
         dw = g.input("dw", {inputs, classes}), db = g.input("db", {classes});
  Bindings given{
      {x, normals(15, "x")}, {label, {0, 3, 1, 1, 2}}, {w, normals(12, "w")}, {b, normals(4, "b")}};

  Tensor cross_entropy(Tensor z) { return mean(log_sum_exp(z, {1}) - gather(z, label)); }

  // The matrix of a product: one column for each parameter.
  std::vector<Vector<double>> dense(const Tensors& product) {
    std::vector<Vector<double>> columns;
    for (std::size_t k = 0; k < 16; ++k) {
      Bindings bindings = given;
      Vector<double> unit_w(12), unit_b(4);
      (k < 12 ? unit_w[k] : unit_b[k - 12]) = 1;
      bindings.emplace_back(dw, unit_w);
      bindings.emplace_back(db, unit_b);
      columns.emplace_back();
      for (const auto& part : evaluate<double>(product, bindings, cases))
        columns.back().insert(columns.back().end(), part.begin(), part.end());
    }
    return columns;
  }
};

TEST_F(GaussNewton, IsTheDenseProduct) {
  const Tensor z = tanh(matmul(x, w) + b), loss = cross_entropy(z);
  const auto product = dense(gauss_newton(loss, z, Tensors{w, b}, Tensors{dw, db}));
  const auto jacobian = dense(jvp(Tensors{z}, Tensors{w, b}, Tensors{dw, db}));
  const Tensor v = g.input("v", z.shape());
  const Tensor curvature = hvp(loss, Tensors{z}, Tensors{v})[0];
  std::vector<Vector<double>> hessian_jacobian;
  for (const auto& column : jacobian) {
    Bindings bindings = given;
    bindings.emplace_back(v, column);
    hessian_jacobian.push_back(evaluate<double>({curvature}, bindings, cases)[0]);
  }
  for (std::size_t i = 0; i < 16; ++i)
    for (std::size_t j = 0; j < 16; ++j) {
      double expected = 0;
      for (std::size_t k = 0; k < jacobian[i].size(); ++k)
        expected += jacobian[i][k] * hessian_jacobian[j][k];
      EXPECT_NEAR(product[j][i], expected, 1e-15);
      EXPECT_NEAR(product[j][i], product[i][j], 1e-15);
    }
}

TEST_F(GaussNewton, IsPositiveSemidefinite) {
  const Tensor z = square(tanh(matmul(x, w) + b));  // z bends: the Hessian itself is indefinite
  const auto product = dense(gauss_newton(cross_entropy(z), z, Tensors{w, b}, Tensors{dw, db}));
  const auto hessian = dense(hvp(cross_entropy(z), Tensors{w, b}, Tensors{dw, db}));
  const auto smallest = [](const std::vector<Vector<double>>& matrix) {
    double least = 0;
    for (int draw = 0; draw < 1000; ++draw) {
      Random random(7, "direction", static_cast<std::uint64_t>(draw));
      Vector<double> v(matrix.size());
      for (double& value : v) value = random.normal();
      double form = 0;
      for (std::size_t i = 0; i < v.size(); ++i)
        for (std::size_t j = 0; j < v.size(); ++j) form += v[i] * matrix[j][i] * v[j];
      least = std::min(least, form);
    }
    return least;
  };
  EXPECT_GE(smallest(product), -1e-15);
  EXPECT_LT(smallest(hessian), -1e-3);
}

TEST_F(GaussNewton, IsTheHessianWhereTheNetworkIsLinear) {
  const Tensor z = matmul(x, w) + b;
  for (const Tensor loss : {cross_entropy(z), mean(square(z)), mean(softplus(z) - 0.3 * z)}) {
    const auto product = dense(gauss_newton(loss, z, Tensors{w, b}, Tensors{dw, db}));
    const auto hessian = dense(hvp(loss, Tensors{w, b}, Tensors{dw, db}));
    for (std::size_t i = 0; i < 16; ++i)
      for (std::size_t j = 0; j < 16; ++j) EXPECT_NEAR(product[i][j], hessian[i][j], 1e-15);
  }
}

TEST_F(GaussNewton, LeavesOutTermsBesideTheOutput) {
  const Tensor z = matmul(x, w) + b, loss = cross_entropy(z);
  EXPECT_EQ(gauss_newton(loss + sum(square(w)), z, Tensors{w}, Tensors{dw}),
            gauss_newton(loss, z, Tensors{w}, Tensors{dw}));
}

// A factor that is the same for all shows that tangents and cotangents meet as often as variables are shared.
TEST(Derive, SharedVariablesAddUp) {
  Graph g;
  const Tensor x = g.input("x", {2, 2}), v = g.input("v", {2, 2});
  const Tensor loss = sum(matmul(matmul(x, x), transpose(x)));
  const auto results = evaluate<double>(
      {grad(loss, Tensors{x})[0], hvp(loss, Tensors{x}, Tensors{v})[0],
       jvp(Tensors{grad(loss, Tensors{x})[0]}, Tensors{x}, Tensors{v})[0], grad(loss, Tensors{x, x})[1]},
      {{x, {1, 2, 3, 4}}, {v, {1, 0, 0, 0}}});
  // L = Σ_{ijkl} x_ij x_jk x_lk; ∂/∂x_ab by hand for x = [[1, 2], [3, 4]].
  const double n[2][2] = {{1, 2}, {3, 4}};
  for (int a = 0; a < 2; ++a)
    for (int b = 0; b < 2; ++b) {
      double expected = 0;
      for (int k = 0; k < 2; ++k)
        for (int l = 0; l < 2; ++l) {
          expected += n[b][k] * n[l][k];                                         // i = a, j = b
          expected += n[k][a] * n[l][b];                                         // j = a, k = b
          for (int i = 0; i < 2; ++i) expected += n[i][k] * n[k][b] * (l == a);  // l = a, k = b
        }
      EXPECT_NEAR(results[0][static_cast<std::size_t>(2 * a + b)], expected, 1e-13);
    }
  EXPECT_EQ(results[1], results[2]);
  EXPECT_EQ(results[3], results[0]);
}

}  // namespace
}  // namespace gradus::test
