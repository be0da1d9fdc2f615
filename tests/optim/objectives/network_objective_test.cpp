#include "optim/objectives/network_objective.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <numeric>

#include "base/random.h"
#include "nn/check_gradients.h"
#include "optim/first_order/sgd.h"
#include "optim/vector_math.h"
#include "tests/support/count_allocations.h"
#include "tests/support/resident_pages.h"

namespace gradus {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

template <class Scalar = double>
Vector<Scalar> draw(Index n, const char* purpose) {
  Random random(3, purpose);
  Vector<Scalar> x(static_cast<std::size_t>(n));
  for (Scalar& v : x) v = static_cast<Scalar>(random.normal());
  return x;
}

template <class Scalar = double>
Vector<Scalar> labels(Index cases, Index classes) {
  Vector<Scalar> t(static_cast<std::size_t>(cases));
  for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<Scalar>(static_cast<Index>(i * 7) % classes);
  return t;
}

Vector<double> moved(const Vector<double>& theta, double h, const Vector<double>& v) {
  Vector<double> at = theta;
  axpy(h, v, at);
  return at;
}

// A smooth network with everything that a training loss can have: dropout, and a penalty on its weights.
class NetworkObjectiveTest : public testing::Test {
 protected:
  static constexpr Index cases = 12;
  Network network = mlp({5, 7, 6, 4}, {.activation = Activation::tanh, .l2 = 0.01, .dropout = 0.25});
  Vector<double> theta = network.parameters().initialize<double>(1);
  Vector<double> inputs = draw(cases * 5, "inputs"), targets = labels(cases, 4);
  NetworkObjective<double> objective{network, 9};
  Index n = objective.size();
  Vector<double> v = draw(n, "v"), u = draw(n, "u");
};

TEST_F(NetworkObjectiveTest, TheOverlapIsTheLossOnTheCasesThatItIsGiven) {
  const auto x = std::span<const double>(inputs).last(4 * 5), t = std::span<const double>(targets).last(4);
  NetworkObjective<double> other(network, 9);
  other.set_batch(x, t, 5);
  Vector<double> expected(v.size()), g(v.size());
  const double loss = other.gradient(theta, expected);

  objective.set_batch(inputs, targets, 5);
  EXPECT_EQ(objective.overlap().objective, nullptr);
  objective.set_overlap(x, t, 5);
  const auto version = objective.version();
  const auto [shared, share] = objective.overlap();
  ASSERT_NE(shared, nullptr);
  EXPECT_DOUBLE_EQ(share, 1.0 / 3);
  EXPECT_EQ(shared->gradient(theta, g), loss);
  EXPECT_EQ(g, expected);
  EXPECT_EQ(objective.version(), version);
  objective.set_batch(inputs, targets, 6);
  EXPECT_EQ(objective.overlap().objective, nullptr) << "of the last batch";
  EXPECT_THROW(objective.set_overlap(x, std::span<const double>(targets)), Error);
}

TEST_F(NetworkObjectiveTest, GradientAndHessianAgreeWithDifferences) {
  EXPECT_TRUE(check_gradients(network, theta, inputs, targets).passed());

  objective.set_batch(inputs, targets, 5);
  Vector<double> g(v.size()), hv(v.size()), above(v.size()), below(v.size());
  const double value = objective.gradient(theta, g);
  EXPECT_DOUBLE_EQ(value, objective.value(theta));

  // Third derivatives are of order 1 and rounding of order 1e-16: errors near h² = 1e-10 and 1e-16 / h =
  // 1e-11.
  const double h = 1e-5;
  const double difference =
      (objective.value(moved(theta, h, v)) - objective.value(moved(theta, -h, v))) / (2 * h);
  EXPECT_NEAR(dot(g, v), difference, 1e-8 * (1 + norm(g) * norm(v)));

  objective.hessian(theta).apply(v, hv);
  objective.gradient(moved(theta, h, v), above);
  objective.gradient(moved(theta, -h, v), below);
  for (std::size_t i = 0; i < hv.size(); ++i)
    EXPECT_NEAR(hv[i], (above[i] - below[i]) / (2 * h), 1e-8 * (1 + norm(hv)))
        << objective.element_name(Index(i));
}

TEST_F(NetworkObjectiveTest, CurvatureIsSymmetricAndGaussNewtonPositive) {
  objective.set_batch(inputs, targets, 5);
  Vector<double> cu(v.size()), cv(v.size());
  for (Curvature<double>* c : {&objective.hessian(theta), &objective.gauss_newton(theta)}) {
    c->apply(u, cu);
    c->apply(v, cv);
    EXPECT_NEAR(dot(u, cv), dot(v, cu), 1e-12 * norm(u) * norm(cv));
    EXPECT_DOUBLE_EQ(c->value(theta), objective.value(theta));
  }
  EXPECT_GT(dot(v, cv), 0);
}

TEST_F(NetworkObjectiveTest, GaussNewtonIsTheHessianOfSoftmaxRegressionAndItsPenalty) {
  Network regression = mlp({5, 4}, {.l2 = 0.1});
  NetworkObjective<double> convex(regression);
  const Vector<double> at = draw(convex.size(), "at"), direction = draw(convex.size(), "direction");
  Vector<double> hessian(at.size()), gauss_newton(at.size());
  convex.set_batch(inputs, targets);
  convex.hessian(at).apply(direction, hessian);
  convex.gauss_newton(at).apply(direction, gauss_newton);
  for (std::size_t i = 0; i < at.size(); ++i) EXPECT_NEAR(hessian[i], gauss_newton[i], 1e-13);

  // Without the penalty's part it is another: ½ · 0.1 Σ w² has 0.1 I on the 20 weights.
  Network plain = mlp({5, 4});
  NetworkObjective<double> without(plain);
  without.set_batch(inputs, targets);
  Vector<double> less(at.size());
  without.gauss_newton(at).apply(direction, less);
  for (std::size_t i = 0; i < at.size(); ++i)
    EXPECT_NEAR(gauss_newton[i] - less[i], i < 20 ? 0.1 * direction[i] : 0, 1e-13);
}

TEST_F(NetworkObjectiveTest, DropoutIsDrawnForSeedAndStep) {
  objective.set_batch(inputs, targets, 5);
  const double five = objective.value(theta);
  EXPECT_EQ(objective.value(theta), five);
  objective.set_batch(inputs, targets, 6);
  EXPECT_NE(objective.value(theta), five);
  objective.set_batch(inputs, targets, 5);
  EXPECT_EQ(objective.value(theta), five);
  NetworkObjective<double> other(network, 10);
  other.set_batch(inputs, targets, 5);
  EXPECT_NE(other.value(theta), five);
}

// The mean over 12 cases is that over its parts of 5 and 7, weighted by their sizes.
TEST(NetworkObjective, BatchesOfSeveralSizesAreMeansOverTheirCases) {
  Network network = mlp({5, 7, 4}, {.activation = Activation::tanh});
  NetworkObjective<double> objective(network);
  const Vector<double> theta = network.parameters().initialize<double>(1);
  const Vector<double> inputs = draw(60, "inputs"), targets = labels(12, 4);
  const std::span<const double> x = inputs, t = targets;
  Vector<double> all(theta.size()), first(theta.size()), rest(theta.size());
  for (int repeat = 0; repeat < 2; ++repeat) {
    objective.set_batch(x.first(25), t.first(5));
    const double f5 = objective.gradient(theta, first);
    EXPECT_EQ(objective.cases(), 5);
    EXPECT_EQ(objective.output().size(), 5u * 4);
    objective.set_batch(x.subspan(25), t.subspan(5));
    const double f7 = objective.gradient(theta, rest);
    EXPECT_EQ(objective.output().size(), 7u * 4);
    objective.set_batch(x, t);
    EXPECT_NEAR(objective.gradient(theta, all), (5 * f5 + 7 * f7) / 12, 1e-14);
    for (std::size_t i = 0; i < all.size(); ++i)
      EXPECT_NEAR(all[i], (5 * first[i] + 7 * rest[i]) / 12, 1e-14);
  }
}

TEST(NetworkObjective, CurvatureMayHaveCasesOfItsOwn) {
  Network network = mlp({5, 7, 4}, {.activation = Activation::tanh});
  NetworkObjective<double> objective(network), expected(network);
  const Vector<double> theta = network.parameters().initialize<double>(1), v = draw(objective.size(), "v");
  const Vector<double> inputs = draw(60, "inputs"), targets = labels(12, 4);
  const std::span<const double> x = inputs, t = targets;
  objective.set_batch(x, t);
  objective.set_curvature_batch(x.first(20), t.first(4));
  expected.set_batch(x.first(20), t.first(4));

  Vector<double> a(v.size()), b(v.size());
  Curvature<double>& curvature = objective.gauss_newton(theta);
  curvature.apply(v, a);
  expected.gauss_newton(theta).apply(v, b);
  EXPECT_EQ(a, b);
  EXPECT_EQ(curvature.value(theta), expected.value(theta));
  EXPECT_NE(objective.value(theta), expected.value(theta));

  objective.set_batch(x, t);  // of the curvature, too
  EXPECT_EQ(objective.hessian(theta).value(theta), objective.value(theta));
}

TEST(NetworkObjective, RefusesWhatIsNoBatch) {
  Network network = mlp({5, 4});
  NetworkObjective<float> objective(network);
  const Vector<float> theta(24), x(15), t(3);
  const std::span<const float> none;
  EXPECT_THAT([&] { objective.value(theta); }, ThrowsMessage<Error>(HasSubstr("call set_batch first")));
  EXPECT_THAT([&] { objective.set_batch(std::span(x).first(14), t); },
              ThrowsMessage<Error>(HasSubstr("14 numbers are not one or more cases of 5")));
  EXPECT_THROW(objective.set_batch(none, none), Error);
  EXPECT_THAT([&] { objective.set_batch(x, std::span(t).first(2)); },
              ThrowsMessage<Error>(HasSubstr("3 cases need 3 numbers as their targets (batch), not 2")));
  objective.set_batch(x, t);
  EXPECT_THROW(objective.value(std::span(theta).first(23)), Error);
}

TEST(NetworkObjective, NamesElements) {
  Network network = mlp({5, 7, 4});
  const NetworkObjective<float> objective(network);
  EXPECT_EQ(objective.element_name(0), "0.weight[0, 0]");
  EXPECT_EQ(objective.element_name(34), "0.weight[6, 4]");
  EXPECT_EQ(objective.element_name(35), "0.bias[0]");
  EXPECT_EQ(objective.element_name(42 + 28 + 3), "2.bias[3]");
}

TEST(NetworkObjective, ProductsAndStepsLeaveMemoryFlat) {
  Network network = mlp({5, 7, 4}, {.activation = Activation::tanh, .l2 = 0.1, .dropout = 0.2});
  NetworkObjective<float> objective(network);
  Vector<float> theta = network.parameters().initialize<float>(1), v = draw<float>(objective.size(), "v");
  const Vector<float> inputs = draw<float>(60, "inputs"), targets = labels<float>(12, 4);
  Vector<float> out(v.size());
  Sgd sgd({.learning_rate = 1e-3});
  sgd.reset(objective.size());
  const auto work = [&](std::uint64_t step) {
    objective.set_batch(inputs, targets, step);
    sgd.step(objective, theta);
    objective.hessian(theta).apply(v, out);
    objective.gauss_newton(theta).apply(v, out);
    objective.empirical_fisher_diagonal(theta, out);
  };
  work(0);
  test::allocations();  // it starts the threads
  const Index pages = test::resident_pages();
  const auto allocations = test::allocations();
  for (std::uint64_t step = 1; step <= 10000; ++step) work(step);
  EXPECT_EQ(test::allocations(), allocations);
  EXPECT_LE(test::resident_pages() - pages, 16);
}

}  // namespace
}  // namespace gradus
