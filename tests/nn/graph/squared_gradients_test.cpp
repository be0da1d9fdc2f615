#include "nn/graph/squared_gradients.h"

#include <gmock/gmock.h>

#include "nn/graph/derive.h"
#include "nn/graph/ops.h"
#include "tests/support/evaluate.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"

namespace gradus::test {
namespace {

using Tensors = std::vector<Tensor>;

Vector<double> rows(const Vector<double>& all, Index width, Index first, Index count = 1) {
  return {all.begin() + first * width, all.begin() + (first + count) * width};
}

// Weights of both orientations, biases, and everything between the layers that keeps cases apart.
struct Layers {
  static constexpr Index cases = 6;
  Graph g;
  Tensor x = g.input("x", {batch, 5}), t = g.input("t", {batch});
  Tensor a = g.input("a", {8, 5}), b = g.input("b", {8}), c = g.input("c", {4, 3}), d = g.input("d", {3}),
         e = g.input("e", {6, 6});
  Tensors parameters{a, b, c, d, e};
  Tensor losses;
  Bindings parameter_values;
  Vector<double> x_values = normal_vector(cases * 5, "x"), t_values{0, 2, 1, 5, 4, 3};

  Layers() {
    for (const Tensor p : parameters)
      parameter_values.emplace_back(p, normal_vector(p.shape().elements(), p.label().c_str(), 0.5));
    const Tensor h = tanh(matmul(x, transpose(a)) + b);
    const Tensor left = slice(h, 1, 0, 4), right = reshape(sum(reshape(h, {batch, 4, 2}), {2}), {batch, 4});
    const Tensor k = softplus(matmul(left * right - stop_gradient(mean(h)), c) + d);
    const Tensor z = matmul(concatenate({k, square(k) / (1 + max(k, {1}, true))}, 1), transpose(e));
    losses = log_sum_exp(z, {1}) - gather(z, t);
  }
  Bindings of(Index first, Index count) const {
    Bindings all = parameter_values;
    all.emplace_back(x, rows(x_values, 5, first, count));
    all.emplace_back(t, rows(t_values, 1, first, count));
    return all;
  }
};

TEST(SquaredGradients, AreTheSumOverCasesOfSquaredGradientsOfSingleCases) {
  Layers layers;
  // The mean that derivatives do not see would be another one of a single case.
  const Tensor h = tanh(matmul(layers.x, transpose(layers.a)) + layers.b);
  const auto held = evaluate<double>({mean(h)}, layers.of(0, Layers::cases), Layers::cases)[0][0];
  const Tensors squared = squared_gradients(layers.losses, layers.parameters);
  const auto together = evaluate<double>(squared, layers.of(0, Layers::cases), Layers::cases);

  Graph& g = layers.g;
  const Tensor left = slice(h, 1, 0, 4), right = reshape(sum(reshape(h, {batch, 4, 2}), {2}), {batch, 4});
  const Tensor k = softplus(matmul(left * right - g.constant(held), layers.c) + layers.d);
  const Tensor z = matmul(concatenate({k, square(k) / (1 + max(k, {1}, true))}, 1), transpose(layers.e));
  const Tensor single = sum(log_sum_exp(z, {1}) - gather(z, layers.t));
  const Tensors gradient = grad(single, layers.parameters);
  for (std::size_t p = 0; p < gradient.size(); ++p) {
    Vector<double> expected(together[p].size());
    for (Index i = 0; i < Layers::cases; ++i) {
      const auto of_case = evaluate<double>({gradient[p]}, layers.of(i, 1), 1)[0];
      for (std::size_t j = 0; j < expected.size(); ++j) expected[j] += of_case[j] * of_case[j];
    }
    for (std::size_t j = 0; j < expected.size(); ++j)
      EXPECT_NEAR(together[p][j], expected[j], 1e-13 * (1 + expected[j])) << p << ' ' << j;
    EXPECT_EQ(squared[p].shape(), layers.parameters[p].shape());
  }
}

TEST(SquaredGradients, OfOneCaseAreTheSquaresOfItsGradient) {
  Layers layers;
  const auto squared = evaluate<double>(squared_gradients(layers.losses, layers.parameters), layers.of(3, 1));
  const auto gradient = evaluate<double>(grad(sum(layers.losses), layers.parameters), layers.of(3, 1));
  for (std::size_t p = 0; p < squared.size(); ++p)
    for (std::size_t j = 0; j < squared[p].size(); ++j)
      EXPECT_NEAR(squared[p][j], gradient[p][j] * gradient[p][j], 1e-14 * (1 + squared[p][j]));
}

TEST(SquaredGradients, WhatIsNotUsedHasNone) {
  Graph g;
  const Tensor x = g.input("x", {batch, 2}), w = g.input("w", {3, 2}), v = g.input("v", {3, 2});
  const Tensor unused = tanh(matmul(x, transpose(v)));
  const Tensors squared = squared_gradients(sum(matmul(x, transpose(w)), {1}), Tensors{v, w});
  const auto values =
      evaluate<double>(squared, {{x, {1, 2, 3, 4}}, {w, Vector<double>(6)}, {v, Vector<double>(6)}}, 2);
  EXPECT_EQ(values[0], Vector<double>(6, 0));
  EXPECT_EQ(values[1], (Vector<double>{10, 20, 10, 20, 10, 20}));
  EXPECT_TRUE(unused);
}

TEST(SquaredGradients, RefusesWhatIsNoDenseLayer) {
  Graph g, other;
  const Tensor x = g.input("x", {batch, 2}), w = g.input("w", {2, 2}), b = g.input("b", {2}),
               row = g.input("row", {1, 2});
  const Tensor y = matmul(x, transpose(w));
  const auto refused = [](Tensor losses, Tensor wrt, const char* message) {
    EXPECT_ERROR(squared_gradients(losses, Tensors{wrt}), message);
  };
  const auto loss = [](Tensor z) { return sum(square(z), {1}); };
  refused(loss(matmul(tanh(y), transpose(w))), w, "[squared_gradients] w is used 2 times");
  refused(loss(tanh(y + b) + b), b, "[squared_gradients] b is used 2 times");
  refused(loss(y) + sum(square(w)), w, "w is used 2 times");
  refused(loss(y * b), b, "b is used in multiply #");
  refused(loss(b - y), b, "b is used in subtract #");
  refused(loss(y + row), row, "row is used in broadcast #");
  refused(loss(matmul(x, square(w))), w, "w is used in square #");
  refused(loss(matmul(x, matmul(w, transpose(w)))), w, "w is used 2 times");
  refused(loss(matmul(x, matmul(w, g.input("u", {2, 2})))), w, "w is used in matmul #");
  refused(sum(square(y)), w, "must be one of each case, of shape (batch); sum #");
  refused(Tensor(), w, "(empty) is no tensor");
  refused(loss(y), other.input("w", {2, 2}), "w is no variable of the losses' graph");
}

TEST(SquaredGradients, RefusesWhatMixesCases) {
  Graph g;
  const Tensor x = g.input("x", {batch, 2}), w = g.input("w", {2, 2}), b = g.input("b", {2});
  const Tensor y = tanh(matmul(x, transpose(w)) + b), rows = sum(y, {1});
  const auto refused = [&](Tensor losses, const char* message) {
    EXPECT_ERROR(squared_gradients(losses, Tensors{w}), message);
    EXPECT_ERROR(squared_gradients(losses, Tensors{b}), message);
  };
  refused(sum(square(y - mean(y, {0}, true)), {1}), " and the losses, sum #9 of shape (2) mixes the cases");
  refused(sum(square(y / max(y, {0}, true)), {1}), "mixes the cases");
  refused(sum(matmul(y, transpose(y)), {1}), "of shape (batch, batch) mixes the cases");
  refused(sum(reshape(rows, {batch, 1}) * rows, {1}), "of shape (batch, batch) mixes the cases");
  refused(rows - log_sum_exp(y, {0, 1}), "mixes the cases");
}

}  // namespace
}  // namespace gradus::test
