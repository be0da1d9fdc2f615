// Values and derivatives at the edge: huge logits, ties, kinks, NaN.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "nn/graph/derive.h"
#include "nn/graph/ops.h"
#include "tests/support/evaluate.h"

namespace gradus::test {
namespace {

using Tensors = std::vector<Tensor>;
using testing::ElementsAre;

template <class Scalar>
class Edges : public testing::Test {
 protected:
  // f(x) and the gradient of its sum.
  static std::vector<Vector<Scalar>> at(const Vector<double>& x, Tensor (*f)(Tensor)) {
    Graph g;
    const Tensor input = g.input("x", {static_cast<Index>(x.size())}), y = f(input);
    return evaluate<Scalar>({y, grad(sum(y), Tensors{input})[0]}, {{input, x}});
  }
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN(),
                          infinity = std::numeric_limits<double>::infinity();
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(Edges, Scalars);

TYPED_TEST(Edges, DerivativesAtKinksAreAsDocumented) {
  EXPECT_THAT(this->at({-1, 0, 1}, relu)[1], ElementsAre(0, 0, 1));
  EXPECT_THAT(this->at({-1, 0, 1}, abs)[1], ElementsAre(-1, 0, 1));
  EXPECT_THAT(this->at({-1, 0, 1}, sign)[1], ElementsAre(0, 0, 0));
  EXPECT_THAT(this->at({-1, 0, 1}, [](Tensor x) { return leaky_relu(x, 0.25); })[1],
              ElementsAre(0.25, 0.25, 1));
  EXPECT_THAT(this->at({0, 1}, [](Tensor x) { return elu(x, 0.5); })[1], ElementsAre(0.5, 1));
}

TYPED_TEST(Edges, TiesShareTheDerivative) {
  EXPECT_THAT(this->at({3, 1, 3, 3}, [](Tensor x) { return 3 * max(x); })[1], ElementsAre(1, 0, 1, 1));
  EXPECT_THAT(this->at({3, 1, 1}, [](Tensor x) { return min(x); })[1], ElementsAre(0, 0.5, 0.5));
  Graph g;
  const Tensor a = g.input("a", {3}), b = g.input("b", {3});
  for (const bool larger : {true, false}) {
    const auto gradient = grad(sum(larger ? maximum(a, b) : minimum(a, b)), Tensors{a, b});
    const auto results = evaluate<TypeParam>(gradient, {{a, {1, 2, 3}}, {b, {3, 2, 1}}});
    EXPECT_THAT(results[larger ? 0 : 1], ElementsAre(0, 0.5, 1));
    EXPECT_THAT(results[larger ? 1 : 0], ElementsAre(1, 0.5, 0));
  }
}

TYPED_TEST(Edges, TiesAcrossAxesThatAreNoNeighboursShareItToo) {
  Graph g;
  const Tensor x = g.input("x", {2, batch, 2});
  for (const bool keep : {false, true}) {
    const Tensor y = max(x, {0, 2}, keep);
    EXPECT_EQ(y.shape(), keep ? (Shape{1, batch, 1}) : (Shape{batch}));
    const auto results =
        evaluate<TypeParam>({y, grad(3 * sum(y), Tensors{x})[0]}, {{x, {3, 3, 1, 7, /**/ 3, 1, 2, 6}}}, 2);
    EXPECT_THAT(results[0], ElementsAre(3, 7));
    EXPECT_THAT(results[1], ElementsAre(1, 1, 0, 3, /**/ 1, 0, 0, 0));
  }
}

// What would be less than the smallest normal number may be any such number, or 0.
template <class Scalar>
void expect_near(const Vector<Scalar>& x, const std::vector<double>& expected) {
  using Limits = std::numeric_limits<Scalar>;
  ASSERT_EQ(x.size(), expected.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    EXPECT_NEAR(x[i], expected[i], 4 * Limits::epsilon() * std::abs(expected[i]) + 1e4 * Limits::min()) << i;
}

TYPED_TEST(Edges, HugeLogitsGiveRightValuesAndGradients) {
  for (const auto& f : {softplus, gelu, silu}) {
    expect_near(this->at({1e4, -1e4}, f)[0], {1e4, 0});
    expect_near(this->at({1e4, -1e4}, f)[1], {1, 0});
  }
  expect_near(this->at({1e4, -1e4}, sigmoid)[0], {1, 0});
  expect_near(this->at({1e4, -1e4}, sigmoid)[1], {0, 0});
  const auto logs = this->at({1e4, 0, -1e4}, [](Tensor x) { return log_softmax(x); });
  expect_near(logs[0], {0, -1e4, -2e4});
  expect_near(logs[1], {-2, 1, 1});  // 1 − 3 softmax(x)
  const auto ties = this->at({1e4, 1e4, -1e4, -1e4}, [](Tensor x) { return slice(log_softmax(x), 0, 0, 1); });
  expect_near(ties[0], {-std::log(2)});
  expect_near(ties[1], {0.5, -0.5, 0, 0});
  expect_near(this->at({1e4, 0, -1e4}, [](Tensor x) { return softmax(x); })[0], {1, 0, 0});
  expect_near(this->at({1e4, 1e4, -1e4}, [](Tensor x) { return softmax(x); })[0], {0.5, 0.5, 0});
  for (const double size : {1e4, -1e4}) {
    const auto lse = this->at({size, size}, [](Tensor x) { return log_sum_exp(x, {0}); });
    expect_near(lse[0], {size + std::log(2)});
    for (const TypeParam p : lse[1]) EXPECT_NEAR(p, 0.5, 1e4 * std::numeric_limits<TypeParam>::epsilon());
  }
}

TYPED_TEST(Edges, WhatIsNotChosenDoesNoHarm) {
  Graph g;
  const Tensor c = g.input("c", {2}), a = g.input("a", {2}), b = g.input("b", {2}), da = g.input("da", {2}),
               db = g.input("db", {2});
  const Tensor y = select(c, a, b);
  Tensors outputs{y, jvp(Tensors{y}, Tensors{a, b}, Tensors{da, db})[0]};
  for (const Tensor d : grad(sum(y), Tensors{a, b, c})) outputs.push_back(d);
  const auto results = evaluate<TypeParam>(outputs, {{c, {1, 0}},
                                                     {a, {5, this->nan}},
                                                     {b, {this->infinity, 6}},
                                                     {da, {7, this->nan}},
                                                     {db, {this->nan, 8}}});
  EXPECT_THAT(results[0], ElementsAre(5, 6));
  EXPECT_THAT(results[1], ElementsAre(7, 8));
  EXPECT_THAT(results[2], ElementsAre(1, 0));
  EXPECT_THAT(results[3], ElementsAre(0, 1));
  EXPECT_THAT(results[4], ElementsAre(0, 0));
}

TYPED_TEST(Edges, NaNReachesTheLossThroughEveryReduction) {
  for (const auto& f :
       {+[](Tensor x) { return sum(x); }, +[](Tensor x) { return mean(x); }, +[](Tensor x) { return max(x); },
        +[](Tensor x) { return min(x); }, +[](Tensor x) { return log_sum_exp(x, {0}); },
        +[](Tensor x) { return sum(softmax(x)); }, +[](Tensor x) { return sum(relu(x)); }})
    for (const std::size_t n : {1u, 5u, 16u, 33u}) {
      Vector<double> x(n, 1);
      x[n / 2] = this->nan;
      EXPECT_TRUE(std::isnan(this->at(x, f)[0][0])) << n;
    }
}

}  // namespace
}  // namespace gradus::test
