#include "nn/dense.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/graph/ops.h"
#include "tests/support/evaluate.h"
#include "tests/support/expect_error.h"

namespace gradus::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Dense, MultipliesByTheTransposedWeightAndAddsTheBias) {
  Graph graph;
  Parameters parameters(graph);
  const Dense layer(parameters, "layer", 3, 2, init::Constant{9}, init::Constant{4});
  EXPECT_EQ(parameters.blocks()[0].name, "layer.weight");
  EXPECT_EQ(parameters.blocks()[0].shape, (Shape{2, 3}));
  EXPECT_EQ(parameters.blocks()[1].name, "layer.bias");
  EXPECT_THAT(parameters.initialize<double>(1), ElementsAre(9, 9, 9, 9, 9, 9, 4, 4));
  EXPECT_THAT(parameters.tensors(), ElementsAre(layer.weight(), layer.bias()));

  const Tensor x = graph.input("x", {batch, 3}), y = layer(x);
  EXPECT_EQ(y.shape(), (Shape{batch, 2}));
  const Vector<double> weight{1, 2, 3, 4, 5, 6}, bias{10, 20}, rows{1, 0, 0, 0, 1, -1};
  const auto values = evaluate<double>({y}, {{layer.weight(), weight}, {layer.bias(), bias}, {x, rows}}, 2);
  EXPECT_THAT(values[0], ElementsAre(11, 24, 9, 19));
}

TEST(Dense, ABatchOfAnotherWidthIsRefusedByName) {
  Graph graph;
  Parameters parameters(graph);
  const Dense layer(parameters, "2", 784, 10, init::he_normal);
  const NodeId nodes = graph.size();
  EXPECT_THAT(message_of([&] { layer(Tensor()); }), HasSubstr("layer 2"));
  EXPECT_EQ(graph.size(), nodes);
  EXPECT_THAT(message_of([&] {
                layer(graph.input("pixels", {batch, 785}));
              }),
              AllOf(HasSubstr("layer 2"), HasSubstr("784"), HasSubstr("pixels"), HasSubstr("(batch, 785)")));
  EXPECT_THAT(message_of([&] {
                layer(graph.input("images", {batch, 28, 28}));
              }),
              HasSubstr("(batch, 28, 28)"));
  EXPECT_THAT(message_of([&] { layer(graph.input("row", {784})); }), HasSubstr("(784)"));
}

TEST(Dense, SizesBelowOneAreRefused) {
  Graph graph;
  Parameters parameters(graph);
  EXPECT_THROW(Dense(parameters, "0", 0, 10, init::he_normal), Error);
  EXPECT_THROW(Dense(parameters, "0", 10, 0, init::he_normal), Error);
}

}  // namespace
}  // namespace gradus::test
