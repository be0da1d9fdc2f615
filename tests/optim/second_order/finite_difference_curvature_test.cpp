#include "optim/second_order/finite_difference_curvature.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nn/network.h"
#include "optim/counting_objective.h"
#include "optim/objectives/network_objective.h"
#include "optim/vector_math.h"
#include "tests/support/count_allocations.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

using test::normal_vector;

// Rounding u / ε and the third derivative ε² are both of order u^⅔ where the loss and its derivatives are of order 1: 2e-11 in
// double, 2e-5 in float; measured errors are up to twice that. Whatever the length of the direction.
template <class Scalar>
void expect_near_exact(double tolerance) {
  Network network = mlp({5, 7, 4}, {.activation = Activation::tanh, .l2 = 0.1, .dropout = 0.2});
  NetworkObjective<Scalar> f(network);
  const auto theta = network.parameters().initialize<Scalar>(1);
  const auto inputs = normal_vector<Scalar>(60, "inputs");
  const Vector<Scalar> labels{0, 1, 2, 3, 0, 1, 2, 3, 3, 2, 1, 0};
  f.set_batch(inputs, labels, 4);
  FiniteDifferenceCurvature<Scalar> differences;
  differences.reset(f.size());
  Curvature<Scalar>&exact = f.hessian(theta), &approximate = differences.at(f, theta);
  Vector<Scalar> out(theta.size()), expected(theta.size());
  for (const double length : {1e-10, 1.0, 1e10}) {
    const auto v = normal_vector<Scalar>(f.size(), "v", length);
    exact.apply(v, expected);
    approximate.apply(v, out);
    axpy(-1, expected, out);
    EXPECT_LT(norm(out), tolerance * norm(expected)) << length;
  }
  EXPECT_EQ(approximate.value(theta), f.value(theta));
  const auto allocations = test::allocations();
  approximate.apply(Vector<Scalar>(theta.size()), out);
  EXPECT_EQ(test::allocations(), allocations + 1) << "the vector in the call";
  EXPECT_EQ(out, Vector<Scalar>(theta.size()));
}

TEST(FiniteDifferenceCurvature, IsNearTheExactHessian) {
  expect_near_exact<double>(2e-10);
  expect_near_exact<float>(2e-4);
}

TEST(FiniteDifferenceCurvature, AProductTakesTwoGradients) {
  Network network = mlp({5, 4});
  NetworkObjective<double> f(network);
  const auto theta = normal_vector(f.size(), "theta"), inputs = normal_vector(60, "inputs"),
             labels = Vector<double>(12);
  f.set_batch(inputs, labels);
  CountingObjective<double> counted(f);
  FiniteDifferenceCurvature<double> differences;
  differences.reset(f.size());
  Vector<double> out(theta.size());
  differences.at(counted, theta).apply(theta, out);
  EXPECT_EQ(counted.evaluations().gradients, 2);
  EXPECT_EQ(counted.evaluations().products, 0);
}

}  // namespace
}  // namespace gradus
