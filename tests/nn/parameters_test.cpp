#include "nn/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "nn/graph/derive.h"
#include "nn/graph/ops.h"
#include "nn/run/plan.h"
#include "tests/support/expect_error.h"

namespace gradus::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Parameters, BlocksLieOneAfterTheOther) {
  Graph graph;
  Parameters parameters(graph);
  EXPECT_EQ(parameters.size(), 0);
  EXPECT_TRUE(parameters.initialize<float>(1).empty());
  const Tensor a = parameters.add("a", {2, 3}, init::Constant{1});
  const Tensor b = parameters.add("b", {}, init::Constant{2});
  const Tensor c = parameters.add("c", {2, 1, 2}, init::Constant{3});
  EXPECT_EQ(parameters.size(), 11);
  EXPECT_THAT(parameters.tensors(), ElementsAre(a, b, c));
  EXPECT_EQ(a.label(), "a");
  EXPECT_EQ(a.shape(), (Shape{2, 3}));
  ASSERT_EQ(parameters.blocks().size(), 3u);
  EXPECT_EQ(parameters.blocks()[1].offset, 6);
  EXPECT_EQ(parameters.blocks()[2].offset, 7);
  EXPECT_EQ(parameters.blocks()[2].size, 4);

  Vector<float> theta = parameters.initialize<float>(1);
  EXPECT_THAT(theta, ElementsAre(1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3));
  EXPECT_EQ(parameters.view(2, std::span(theta)).data(), theta.data() + 7);
  EXPECT_EQ(parameters.view(2, std::span<const float>(theta)).size(), 4u);
}

TEST(Parameters, ABlocksDrawDependsOnSeedAndNameAlone) {
  Graph one, two;
  Parameters few(one), many(two);
  few.add("w", {20, 30}, init::he_normal);
  many.add("before", {7, 5}, init::he_normal);
  many.add("w", {20, 30}, init::he_normal);
  many.add("w2", {20, 30}, init::he_normal);
  const Vector<double> expected = few.initialize<double>(3);
  const Vector<double> theta = many.initialize<double>(3);
  EXPECT_TRUE(std::ranges::equal(many.view(1, std::span(theta)), expected));
  EXPECT_NE(many.view(2, std::span(theta))[0], expected[0]);
  EXPECT_NE(few.initialize<double>(4)[0], expected[0]);
  EXPECT_EQ(few.initialize<double>(3), expected);
}

TEST(Parameters, BindsInputsDirectionsAndOutputs) {
  Graph graph;
  Parameters parameters(graph);
  const Tensor a = parameters.add("a", {2}), b = parameters.add("b", {3});
  const Tensor loss = sum(square(a)) + sum(a) * sum(b) + sum(square(b) * b);
  const std::vector<Tensor> v = parameters.like("v");
  EXPECT_EQ(v[1].label(), "v.b");
  EXPECT_EQ(v[1].shape(), b.shape());
  EXPECT_EQ(parameters.like("v"), v);
  EXPECT_NE(parameters.like("w"), v);

  const Vector<double> theta{1, 2, 3, 4, 5}, direction{1, -1, 0, 1, 0};
  Vector<double> gradient(5), product(5);
  std::vector<Tensor> outputs = grad(loss, parameters.tensors());
  for (const Tensor t : hvp(loss, parameters.tensors(), v)) outputs.push_back(t);
  Plan<double> plan(outputs, 1);
  parameters.bind(plan, theta);
  parameters.bind(plan, v, direction);
  parameters.bind_outputs(plan, 0, gradient);
  parameters.bind_outputs(plan, 2, product);
  plan.run();
  EXPECT_THAT(gradient, ElementsAre(2 + 12, 4 + 12, 3 + 27, 3 + 48, 3 + 75));
  EXPECT_THAT(product, ElementsAre(2 + 1, -2 + 1, 0, 24, 0));
}

TEST(Parameters, DirectionsFollowBlocksThatAreAddedLater) {
  Graph graph;
  Parameters parameters(graph);
  parameters.add("a", {2});
  const std::vector<Tensor> before = parameters.like("v");
  parameters.add("b", {3});
  const std::vector<Tensor> after = parameters.like("v");
  ASSERT_EQ(after.size(), 2u);
  EXPECT_EQ(after[0], before[0]);
}

TEST(Parameters, RefusesWhatCannotBe) {
  Graph graph;
  Parameters parameters(graph);
  graph.input("x", {batch, 3});
  parameters.add("a", {2});
  const auto refused = [&](const char* name, const Shape& shape, Initializer initializer = init::Constant{}) {
    const NodeId nodes = graph.size();
    const std::string message = message_of([&] { parameters.add(name, shape, initializer); });
    EXPECT_EQ(graph.size(), nodes);
    EXPECT_EQ(parameters.size(), 2);
    EXPECT_EQ(parameters.blocks().size(), 1u);
    return message;
  };
  EXPECT_THAT(refused("", {2}), HasSubstr("name"));
  EXPECT_THAT(refused("a", {3}), AllOf(HasSubstr("\"a\""), HasSubstr("(2)")));
  EXPECT_THAT(refused("x", {3}), HasSubstr("\"x\""));
  EXPECT_THAT(refused("b", {batch, 2}), AllOf(HasSubstr("b has shape (batch, 2)")));
  EXPECT_THAT(refused("b", {2}, init::he_normal), HasSubstr("matrices"));
  const Index half = Index{1} << 31;
  EXPECT_NE(refused("b", {half, half, 2}), "no error");
}

TEST(Parameters, RefusesMoreThanAnIndexCounts) {
  Graph graph;
  Parameters parameters(graph);
  const Index half = Index{1} << 31;
  parameters.add("a", {half - 1, half, 2});  // 2^63 − 2^32
  EXPECT_THAT(message_of([&] {
                parameters.add("b", {2, half});
              }),
              AllOf(HasSubstr("b of shape (2, 2147483648)"), HasSubstr("2^63")));
  EXPECT_EQ(parameters.add("c", {2 * half - 1}).shape(), (Shape{2 * half - 1}));
  EXPECT_EQ(parameters.size(), std::numeric_limits<Index>::max());
}

TEST(Parameters, VectorsOfAnotherSizeAreRefused) {
  Graph graph;
  Parameters parameters(graph);
  const Tensor a = parameters.add("a", {2});
  Plan<float> plan(std::array{sum(a)}, 1);
  Vector<float> wrong(3);
  const auto message = AllOf(HasSubstr("2 parameters"), HasSubstr("3 numbers"));
  EXPECT_THAT(message_of([&] { parameters.bind(plan, wrong); }), message);
  EXPECT_THAT(message_of([&] { parameters.bind(plan, parameters.like("v"), wrong); }), message);
  EXPECT_THAT(message_of([&] { parameters.bind_outputs(plan, 0, wrong); }), message);
  EXPECT_THAT(message_of([&] { parameters.view(0, std::span(wrong)); }), message);
  EXPECT_THAT(message_of([&] { parameters.bind(plan, std::span<const Tensor>(), Vector<float>(2)); }),
              HasSubstr("0 inputs"));
}

}  // namespace
}  // namespace gradus::test
