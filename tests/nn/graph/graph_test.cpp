#include "nn/graph/graph.h"

#include <array>
#include <limits>

#include "nn/graph/derive.h"
#include "nn/graph/ops.h"
#include "nn/graph/print.h"
#include "tests/support/expect_error.h"

namespace gradus::test {
namespace {

TEST(Graph, MakesEqualExpressionsOneNode) {
  Graph g;
  const Tensor x = g.input("x", {batch, 3}), w = g.input("w", {3, 3});
  EXPECT_EQ(tanh(matmul(x, w)), tanh(matmul(x, w)));
  EXPECT_EQ(g.constant(2), g.constant(2));
  EXPECT_EQ(g.batch_size(), g.batch_size());
  EXPECT_EQ(sum(x, {0}), sum(x, {0}));
  EXPECT_EQ(dropout_mask(g, {3}, 0.5, "a"), dropout_mask(g, {3}, 0.5, "a"));
  const NodeId size = g.size();
  static_cast<void>(tanh(matmul(x, w)) + 2);
  static_cast<void>(tanh(matmul(x, w)) + 2);
  EXPECT_LE(g.size(), size + 2) << "the broadcast and the sum, once";
}

TEST(Graph, KeepsApartWhatDiffers) {
  Graph g;
  const Tensor x = g.input("x", {4, 3}), y = g.input("y", {4, 3});
  const std::array all{x,
                       y,
                       exp(x),
                       exp(y),
                       log(x),
                       x + y,
                       y + x,
                       x - y,
                       y - x,
                       leaky_relu(x, 0.1),
                       leaky_relu(x, 0.2),
                       power(x, 2),
                       power(x, 3),
                       sum(x, {0}),
                       sum(x, {1}),
                       max(x, {0}),
                       log_sum_exp(x, {0}),
                       sum(x),
                       slice(x, 0, 0, 2),
                       slice(x, 0, 1, 3),
                       slice(x, 1, 0, 2),
                       pad(x, 0, 1, 2),
                       pad(x, 0, 2, 1),
                       reshape(x, {3, 4}),
                       transpose(x),
                       reshape(x, {12}),
                       reshape(x, {2, 6}),
                       broadcast(x, {2, 4, 3}),
                       broadcast(x, {5, 4, 3}),
                       concatenate({x, y}, 0),
                       concatenate({x, y}, 1),
                       concatenate({y, x}, 1),
                       matmul(x, transpose(y)),
                       matmul(transpose(x), y),
                       one_hot(x, 3),
                       one_hot(x, 4),
                       stop_gradient(x),
                       g.constant(0.0),
                       g.constant(-0.0),
                       g.constant(1),
                       g.batch_size(),
                       dropout_mask(g, {4, 3}, 0.5, "a"),
                       dropout_mask(g, {4, 3}, 0.5, "b"),
                       dropout_mask(g, {4, 3}, 0.4, "a"),
                       dropout_mask(g, {3, 4}, 0.5, "a")};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_FALSE(all[i] == all[j]) << all[i].label() << ", " << all[j].label();
}

TEST(Graph, NumbersInputsBeforeTheirUsers) {
  Graph g;
  const Tensor x = g.input("x", {batch, 3}), w = g.input("w", {3, 2});
  const Tensor loss = mean(softplus(matmul(x, w)));
  static_cast<void>(hvp(loss, std::array{w}, std::array{g.input("v", {3, 2})}));
  for (NodeId id = 0; id < g.size(); ++id)
    for (std::size_t i = 0; i < g.node(id).input_count(); ++i) EXPECT_LT(g.node(id).input(i).id(), id);
}

TEST(Graph, SharesTheGradientWithItsHessianProduct) {
  Graph g;
  const Tensor x = g.input("x", {batch, 3}), w = g.input("w", {3, 2}), v = g.input("v", {3, 2});
  const Tensor loss = mean(square(tanh(matmul(x, w))));
  const Tensor gradient = grad(loss, std::array{w})[0];
  const NodeId before = g.size();
  EXPECT_EQ(grad(loss, std::array{w})[0], gradient);
  EXPECT_EQ(g.size(), before) << "the gradient again adds nothing";
  const Tensor product = hvp(loss, std::array{w}, std::array{v})[0];
  const NodeId after = g.size();
  EXPECT_EQ(hvp(loss, std::array{w}, std::array{v})[0], product);
  EXPECT_EQ(g.size(), after);
  int products = 0;
  for (NodeId id = before; id < after; ++id) products += std::holds_alternative<op::Matmul>(g.node(id).op());
  EXPECT_EQ(products, 2) << "x v forward and xᵀ (…) backward";
}

TEST(Graph, RefusesASecondInputOfAName) {
  Graph g;
  static_cast<void>(g.input("x", {2, 3}));
  const NodeId size = g.size();
  EXPECT_ERROR(g.input("x", {5}),
               "[input] this graph has an input named \"x\" already, of shape (2, 3). Choose another name.");
  EXPECT_EQ(g.size(), size);
  EXPECT_FALSE(g.input("y", {2, 3}) == g.input("z", {2, 3}));
}

TEST(Graph, RefusesOperandsOfTwoGraphs) {
  Graph g, h;
  const Tensor x = g.input("x", {2, 2}), y = h.input("y", {2, 2});
  const char* sentence = "belongs to another graph. All operands of an operation must be of one graph.";
  EXPECT_ERROR(x + y, std::string("[add] y ") + sentence);
  EXPECT_ERROR(matmul(x, y), sentence);
  EXPECT_ERROR(select(x, x, y), sentence);
  EXPECT_ERROR(gather(x, sum(y, {1})), sentence);
  EXPECT_ERROR(concatenate({x, y}, 0), sentence);
  EXPECT_ERROR(x + h.constant(0), sentence);
  EXPECT_ERROR(h.constant(0) + x, sentence);
  EXPECT_ERROR(x - h.constant(0), sentence);
  EXPECT_ERROR(h.constant(1) * x, sentence);
  EXPECT_ERROR(x * h.constant(-1), sentence);
  EXPECT_ERROR(x / h.constant(1), sentence);
}

TEST(Graph, RefusesEmptyTensors) {
  Graph g;
  const Tensor x = g.input("x", {2, 2}), none;
  const char* sentence = "empty tensor";
  for (const auto& f : {exp, relu, gelu, abs, sigmoid}) EXPECT_ERROR(f(none), sentence);
  EXPECT_ERROR(-none, sentence);
  EXPECT_ERROR(x + none, sentence);
  EXPECT_ERROR(none * x, sentence);
  EXPECT_ERROR(none + 1.0, sentence);
  EXPECT_ERROR(1.0 - none, sentence);
  EXPECT_ERROR(2.0 * none, sentence);
  EXPECT_ERROR(none / 2.0, sentence);
  EXPECT_ERROR(maximum(none, x), sentence);
  EXPECT_ERROR(select(x, none, x), sentence);
  EXPECT_ERROR(matmul(x, none), sentence);
  EXPECT_ERROR(broadcast(none, {2}), sentence);
  EXPECT_ERROR(reshape(none, {2}), sentence);
  EXPECT_ERROR(transpose(none), sentence);
  EXPECT_ERROR(transpose(none, {0}), sentence);
  EXPECT_ERROR(slice(none, 0, 0, 1), sentence);
  EXPECT_ERROR(pad(none, 0, 0, 1), sentence);
  EXPECT_ERROR(concatenate({x, none}, 0), sentence);
  EXPECT_ERROR(gather(none, x), sentence);
  EXPECT_ERROR(one_hot(none, 2), sentence);
  EXPECT_ERROR(sum(none), sentence);
  EXPECT_ERROR(mean(none), sentence);
  EXPECT_ERROR(max(none, {0}), sentence);
  EXPECT_ERROR(min(none), sentence);
  EXPECT_ERROR(softmax(none), sentence);
  EXPECT_ERROR(stop_gradient(none), sentence);
}

TEST(GraphPrint, ReadsAsAList) {
  Graph g;
  const Tensor x = g.input("x", {batch, 784}), w = g.input("0.weight", {10, 784}),
               b = g.input("0.bias", {10});
  const Tensor h = leaky_relu(matmul(x, transpose(w)) + b, 0.25);
  const Tensor loss = mean(log_sum_exp(h, {1}));
  static_cast<void>(exp(loss));  // what the output does not need is not printed
  EXPECT_EQ(print(std::array{loss}),
            "#0    input           (batch, 784)        x\n"
            "#1    input           (10, 784)           0.weight\n"
            "#2    input           (10)                0.bias\n"
            "#4    matmul          (batch, 10)         x, 0.weightᵀ\n"
            "#5    broadcast       (batch, 10)         0.bias\n"
            "#6    add             (batch, 10)         #4, #5\n"
            "#7    leaky relu      (batch, 10)         #6 (0.25)\n"
            "#8    log-sum-exp     (batch)             #7 axes [1, 2)\n"
            "#9    sum             ()                  #8 axes [0, 1)\n"
            "#10   batch size      ()                  \n"
            "#12   divide          ()                  #9, #10\n");
  EXPECT_EQ(print({}), "");
}

}  // namespace
}  // namespace gradus::test
