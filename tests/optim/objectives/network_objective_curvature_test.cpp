// What methods of second order need of a network's objective.
#include <gmock/gmock.h>

#include <cmath>

#include "nn/graph/ops.h"
#include "optim/objectives/network_objective.h"
#include "optim/vector_math.h"
#include "tests/support/count_allocations.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

using test::normal_vector;
using testing::HasSubstr;
using testing::ThrowsMessage;

Vector<double> labels(Index cases, Index classes) {
  Vector<double> t(static_cast<std::size_t>(cases));
  for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<double>(static_cast<Index>(i * 7) % classes);
  return t;
}

TEST(NetworkObjectiveCurvature, TheShareIsOfTheGradientsCases) {
  Network network = mlp({5, 4});
  NetworkObjective<double> objective(network);
  const Vector<double> theta = normal_vector(objective.size(), "theta"), inputs = normal_vector(60, "inputs"),
                       targets = labels(12, 4);
  objective.set_batch(inputs, targets);
  EXPECT_EQ(objective.gauss_newton(theta).share(), 1);
  objective.set_curvature_batch(std::span(inputs).first(15), std::span(targets).first(3));
  EXPECT_EQ(objective.gauss_newton(theta).share(), 0.25);
  EXPECT_EQ(objective.hessian(theta).share(), 0.25);
}

TEST(NetworkObjectiveCurvature, AVersionLastsAsLongAsABatch) {
  Network network = mlp({5, 4});
  NetworkObjective<double> objective(network);
  const Vector<double> theta = normal_vector(objective.size(), "theta"), inputs = normal_vector(60, "inputs"),
                       targets = labels(12, 4);
  Vector<double> out(theta.size());
  std::uint64_t last = objective.version();
  for (const std::uint64_t step : {0u, 0u, 1u}) {
    objective.set_batch(inputs, targets, step);
    EXPECT_NE(objective.version(), last);
    last = objective.version();
    objective.gradient(theta, out);
    objective.set_curvature_batch(std::span(inputs).first(15), std::span(targets).first(3));
    objective.gauss_newton(theta).apply(theta, out);
    EXPECT_EQ(objective.version(), last) << "f is the same function";
  }
}

// Against the gradients of single cases; one plan for them all, so their dropout has the same mask: none here.
TEST(NetworkObjectiveCurvature, EmpiricalFisherDiagonalIsTheMeanOfSquaredGradientsOfSingleCases) {
  Network network = mlp({5, 7, 6, 4}, {.activation = Activation::tanh, .l2 = 0.3});
  Network plain = mlp({5, 7, 6, 4}, {.activation = Activation::tanh});
  NetworkObjective<double> objective(network), single(plain);
  const Vector<double> theta = network.parameters().initialize<double>(1);
  const Vector<double> inputs = normal_vector(60, "inputs"), targets = labels(12, 4);
  const std::span<const double> x = inputs, t = targets;
  Vector<double> diagonal(theta.size()), g(theta.size());
  objective.set_batch(x, t);
  objective.set_curvature_batch(x.subspan(10), t.subspan(2));
  objective.empirical_fisher_diagonal(theta, diagonal);
  Vector<double> expected(theta.size());
  for (std::size_t i = 2; i < 12; ++i) {
    single.set_batch(x.subspan(5 * i, 5), t.subspan(i, 1));
    single.gradient(theta, g);
    for (std::size_t j = 0; j < g.size(); ++j) expected[j] += g[j] * g[j] / 10;
  }
  for (std::size_t j = 0; j < g.size(); ++j)
    EXPECT_NEAR(diagonal[j], expected[j], 1e-14) << objective.element_name(Index(j));
}

TEST(NetworkObjectiveCurvature, EmpiricalFisherDiagonalNeedsDenseLayers) {
  auto graph = std::make_unique<Graph>();
  Parameters parameters(*graph);
  const Tensor w = parameters.add("w", {3, 3}), x = graph->input("x", {batch, 3}),
               t = graph->input("t", {batch});
  const Tensor z = matmul(tanh(matmul(x, transpose(w))), transpose(w));
  Network network(std::move(graph), std::move(parameters),
                  {.input = x, .target = t, .output = z, .case_loss = softmax_cross_entropy(z, t)});
  NetworkObjective<double> objective(network);
  const Vector<double> theta = normal_vector(9, "theta"), inputs = normal_vector(12, "inputs"),
                       targets = labels(4, 3);
  Vector<double> out(9, 7);
  objective.set_batch(inputs, targets);
  EXPECT_THAT([&] { objective.empirical_fisher_diagonal(theta, out); },
              ThrowsMessage<Error>(HasSubstr("w is used 2 times")));
  EXPECT_EQ(out, Vector<double>(9, 7));
}

// Narrow layers, whose directions go through one plan eight at a time, and wide ones; 19 = 8 + 8 + 1 + 1 + 1.
TEST(NetworkObjectiveCurvature, ManyProductsAreThoseOfEach) {
  for (const Index width : {7, 40}) {
    Network network = mlp({5, width, 4}, {.activation = Activation::tanh, .l2 = 0.1, .dropout = 0.2});
    NetworkObjective<double> objective(network);
    const Index n = objective.size(), count = 19;
    const Vector<double> v = normal_vector(count * n, "many");
    const Vector<double> inputs = normal_vector(60, "inputs"), targets = labels(12, 4);
    Vector<double> together(v.size()), alone(v.size());
    for (const std::uint64_t seed : {1u, 2u}) {
      const Vector<double> theta = network.parameters().initialize<double>(seed);
      objective.set_batch(inputs, targets, seed);
      for (Curvature<double>* c : {&objective.hessian(theta), &objective.gauss_newton(theta)}) {
        c->apply_many(count, v, together);
        for (std::size_t i = 0; i < 19; ++i) {
          const auto part = [&, size = static_cast<std::size_t>(n)](auto& x) {
            return std::span(x).subspan(i * size, size);
          };
          c->apply(part(v), part(alone));
        }
        const double scale = norm(alone) / std::sqrt(static_cast<double>(count));
        for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_NEAR(together[i], alone[i], 1e-14 * scale);
      }
    }
    const auto allocations = test::allocations();
    objective.gauss_newton(std::span(v).first(static_cast<std::size_t>(n))).apply_many(count, v, together);
    EXPECT_EQ(test::allocations(), allocations);
  }
}

}  // namespace
}  // namespace gradus
