// What operations make of their operands' shapes, which of them vanish, and what they refuse.
#include "nn/graph/ops.h"

#include <array>

#include "tests/support/evaluate.h"
#include "tests/support/expect_error.h"

namespace gradus::test {
namespace {

class Ops : public testing::Test {
 protected:
  Graph g;
  Tensor x = g.input("x", {2, 3}), row = g.input("row", {3}), column = g.input("column", {2, 1}),
         cases = g.input("cases", {batch, 4});
};

TEST_F(Ops, NeutralNumbersVanish) {
  for (const Tensor y : {x + 0, 0 + x, x - 0, x * 1, 1 * x, x / 1, -(-x), transpose(transpose(x)), sum(x, {}),
                         max(x, {}), mean(x, {}), reshape(x, {2, 3}), broadcast(x, {2, 3}), slice(x, 1, 0, 3),
                         pad(x, 0, 0, 0), concatenate({x}, 1), transpose(x, {0, 1}),
                         reshape(reshape(x, {6}), {2, 3}), x + broadcast(g.constant(0), {3})})
    EXPECT_EQ(y, x) << y.label();
  EXPECT_EQ(x * -1, -x);
  EXPECT_EQ(-1 * x, -x);
  EXPECT_EQ(0 - x, -x);
  EXPECT_EQ(reshape(reshape(x, {6}), {3, 2}), reshape(x, {3, 2}));
  EXPECT_EQ(broadcast(broadcast(row, {2, 3}), {4, 2, 3}), broadcast(row, {4, 2, 3}));
}

TEST_F(Ops, NeutralNumbersOfAnotherShapeDoNot) {
  const Tensor zeros = broadcast(g.constant(0), {2, 3}), ones = broadcast(g.constant(1), {4, 2, 3});
  EXPECT_EQ((row + zeros).shape(), (Shape{2, 3}));
  EXPECT_EQ((zeros + row).shape(), (Shape{2, 3}));
  EXPECT_EQ((column - zeros).shape(), (Shape{2, 3}));
  EXPECT_EQ((zeros - column).shape(), (Shape{2, 3}));
  EXPECT_EQ((x * ones).shape(), (Shape{4, 2, 3}));
  EXPECT_EQ((ones * row).shape(), (Shape{4, 2, 3}));
  EXPECT_EQ((row / ones).shape(), (Shape{4, 2, 3}));
  const auto results = evaluate<double>({row + zeros, zeros - column, ones * x},
                                        {{x, {1, 2, 3, 4, 5, 6}}, {row, {7, 8, 9}}, {column, {1, 2}}});
  EXPECT_EQ(results[0], (Vector<double>{7, 8, 9, 7, 8, 9}));
  EXPECT_EQ(results[1], (Vector<double>{-1, -1, -1, -2, -2, -2}));
  EXPECT_EQ(results[2].size(), 24u);
}

TEST_F(Ops, ProductsWithZeroStayForTheSakeOfNaN) { EXPECT_FALSE(x * 0 == broadcast(g.constant(0), {2, 3})); }

TEST_F(Ops, BroadcastRefusesWhatDoesNotFit) {
  EXPECT_ERROR(x + g.input("a", {2}), "[add] shapes (2, 3) and (2) do not go together");
  EXPECT_ERROR(x + broadcast(g.constant(0), {2}), "[add] shapes (2, 3) and (2) do not go together");
  EXPECT_ERROR(broadcast(g.constant(1), {4}) * x, "[multiply] shapes (2, 3) and (4) do not go together");
  EXPECT_ERROR(select(x, row, g.input("b", {5})), "[select] shapes (3) and (5) do not go together");
  EXPECT_ERROR(broadcast(x, {3}), "[broadcast] x has shape (2, 3), which does not broadcast to (3).");
  EXPECT_ERROR(broadcast(x, {2, 4}), "[broadcast] shapes (2, 3) and (2, 4) do not go together");
  EXPECT_ERROR(broadcast(cases, {5, 4}), "[broadcast] shapes (batch, 4) and (5, 4) do not go together");
}

TEST_F(Ops, MatmulNamesBothOperandsAndTheRemedy) {
  const Tensor w = g.input("w", {5, 4}), v = g.input("v", {batch, 7});
  EXPECT_EQ(matmul(cases, transpose(w)).shape(), (Shape{batch, 5}));
  EXPECT_ERROR(
      matmul(cases, w),
      "[matmul] inner dimensions differ: cases is (batch, 4), w is (5, 4). Did you mean transpose(w)?");
  EXPECT_ERROR(matmul(x, transpose(g.input("u", {3, 8}))),
               "[matmul] inner dimensions differ: x is (2, 3), transpose(u) is (8, 3). Did you mean u?");
  EXPECT_ERROR(matmul(cases, v),
               "[matmul] inner dimensions differ: cases is (batch, 4), v is (batch, 7). Did you mean "
               "transpose(cases)?");
  EXPECT_ERROR(matmul(x, w), "[matmul] inner dimensions differ: x is (2, 3), w is (5, 4).");
  EXPECT_ERROR(matmul(row, x), "[matmul] row has shape (3); a matrix has two dimensions. Use reshape.");
  EXPECT_ERROR(matmul(x, reshape(x, {1, 3, 2})), "has shape (1, 3, 2); a matrix has two dimensions.");
}

TEST_F(Ops, ReshapeKeepsTheNumberOfElements) {
  EXPECT_EQ(reshape(cases, {batch, 2, 2}).shape(), (Shape{batch, 2, 2}));
  EXPECT_ERROR(reshape(x, {4}), "[reshape] x has shape (2, 3), which has not as many elements as (4).");
  EXPECT_ERROR(reshape(cases, {8, 4}),
               "[reshape] cases has shape (batch, 4), which has not as many elements as (8, 4).");
  EXPECT_ERROR(reshape(cases, {batch, batch, 4}), "[reshape]");
}

TEST_F(Ops, AxesAreChecked) {
  EXPECT_ERROR(sum(x, {2}), "[sum] axis 2 does not exist in shape (2, 3).");
  EXPECT_ERROR(mean(x, {0, -2}), "[mean] axis 0 is named twice.");
  EXPECT_ERROR(max(x, {-3}), "[max] axis -3 does not exist in shape (2, 3).");
  EXPECT_ERROR(log_sum_exp(x, {1, 1}), "[log-sum-exp] axis 1 is named twice.");
  EXPECT_ERROR(softmax(g.constant(1)), "axis -1 does not exist in shape ().");
  EXPECT_ERROR(transpose(row),
               "[transpose] row has shape (3); without an order of axes it must be a matrix.");
  EXPECT_ERROR(transpose(x, {0, 0}), "[transpose] the order {0, 0} must name each axis of (2, 3) once.");
  EXPECT_ERROR(transpose(x, {1}), "[transpose] the order {1} must name each axis of (2, 3) once.");
}

TEST_F(Ops, RangesAreChecked) {
  EXPECT_ERROR(slice(x, 1, 2, 4), "[slice] 2 … 4 is no range of axis 1 of x, whose shape is (2, 3).");
  EXPECT_ERROR(slice(x, 1, -1, 2), "[slice] -1 … 2 is no range of axis 1");
  EXPECT_ERROR(slice(x, 1, 2, 2), "[slice] 2 … 2 is no range of axis 1");
  EXPECT_ERROR(slice(x, 5, 0, 1), "[slice] axis 5 does not exist in shape (2, 3).");
  EXPECT_ERROR(pad(x, 0, -1, 0), "[pad] the zeros before and after must be at least 0, not -1 and 0.");
  EXPECT_ERROR(concatenate(std::span<const Tensor>(), 0), "[concatenate] there is nothing to concatenate.");
  EXPECT_ERROR(concatenate({x, column}, 0),
               "[concatenate] x has shape (2, 3), column has (2, 1): they may differ in axis 0 only.");
  EXPECT_ERROR(concatenate({x, row}, 0), "they may differ in axis 0 only.");
}

TEST_F(Ops, TheBatchIsNeitherCutNorJoined) {
  const char* sentence = "axis 0 of (batch, 4) is the batch, whose size the graph does not know.";
  EXPECT_ERROR(slice(cases, 0, 0, 1), std::string("[slice] ") + sentence);
  EXPECT_ERROR(pad(cases, -2, 0, 1), std::string("[pad] ") + sentence);
  EXPECT_ERROR(concatenate({cases, cases}, 0), std::string("[concatenate] ") + sentence);
  EXPECT_ERROR(concatenate({g.input("four", {4, 4}), cases}, 0), std::string("[concatenate] ") + sentence);
}

TEST_F(Ops, ChoicesAreChecked) {
  const Tensor label = g.input("label", {batch});
  EXPECT_EQ(gather(cases, label).shape(), (Shape{batch}));
  EXPECT_ERROR(
      gather(x, label),
      "[gather] x has shape (2, 3); for an index label of shape (batch) it needs these axes and one more, to "
      "choose from.");
  EXPECT_ERROR(gather(g.constant(1), g.constant(0)), "[gather]");
  EXPECT_ERROR(gather(label, g.constant(0)), "[gather]");
  EXPECT_ERROR(one_hot(label, 0), "0");
  EXPECT_ERROR(one_hot(label, batch), "[one-hot]");
  EXPECT_ERROR(one_hot(g.input("four", {1, 1, 1, 1}), 2), "a tensor has at most 4 dimensions");
}

TEST_F(Ops, ParametersAreChecked) {
  EXPECT_ERROR(leaky_relu(x, -0.1), "[leaky relu] alpha must be at least 0, not -0.1.");
  EXPECT_ERROR(elu(x, std::numeric_limits<double>::quiet_NaN()), "[elu] alpha must be at least 0, not nan.");
  EXPECT_ERROR(dropout_mask(g, {2}, 1, "a"), "[dropout] the rate must be at least 0 and less than 1, not 1.");
  EXPECT_ERROR(dropout_mask(g, {2}, -0.5, "a"), "not -0.5.");
}

}  // namespace
}  // namespace gradus::test
