#include "nn/run/plan.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/threads.h"
#include "nn/graph/derive.h"
#include "nn/graph/ops.h"
#include "tests/support/evaluate.h"
#include "tests/support/expect_error.h"
#include "tests/support/restore_threads.h"

namespace gradus::test {
namespace {

using Tensors = std::vector<Tensor>;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Plan, RefusesWhatCannotRun) {
  Graph g, other;
  const Tensor x = g.input("x", {batch, 2}), y = other.input("y", {2});
  EXPECT_ERROR(Plan<float>(Tensors{}, 1), "[plan] there is no output to compute.");
  EXPECT_ERROR(Plan<float>(Tensors{x}, 0), "[plan] the number of cases must be at least 1, not 0.");
  EXPECT_ERROR(Plan<float>(Tensors{x}, -3), "not -3.");
  EXPECT_ERROR(Plan<float>(Tensors{x, y}, 1), "[plan] output y is not of the same graph as the first.");
  EXPECT_ERROR(Plan<float>(Tensors{x, Tensor()}, 1),
               "[plan] output (empty) is not of the same graph as the first.");
  EXPECT_ERROR(Plan<float>(Tensors{x}, 1, Tensors{exp(x)}),
               "[plan] exp #1 cannot vary: it is no input of the outputs' graph.");
  EXPECT_ERROR(Plan<float>(Tensors{x}, 1, Tensors{y}), "[plan] y cannot vary");
  EXPECT_ERROR(Plan<float>(Tensors{x}, std::numeric_limits<Index>::max()),
               "more elements than can be counted");
}

TEST(Plan, RefusesValuesThatDoNotFit) {
  Graph g;
  const Tensor x = g.input("x", {batch, 2}), unused = g.input("unused", {3}), y = x * 2;
  Plan<double> plan(Tensors{y}, 3);
  Vector<double> six(6, 1), five(5, 1);
  EXPECT_ERROR(plan.run(), "[plan] input \"x\" is not bound to values.");
  EXPECT_ERROR(plan.apply(), "[plan] input \"x\" is not bound to values.");
  EXPECT_ERROR(plan.bind(x, five),
               "[plan] input \"x\" has shape (batch, 2) with 3 cases: 6 values, but 5 were given.");
  EXPECT_ERROR(plan.bind(unused, six), "[plan] input \"unused\" has shape (3) with 3 cases: 3 values, but 6");
  EXPECT_ERROR(plan.bind(y, six), "is no input; only inputs are bound to values.");
  EXPECT_ERROR(plan.bind(Tensor(), six), "(empty) is no input");
  EXPECT_ERROR(plan.bind_output(0, five), "[plan] output 0 has 6 values, but room for 5 was given.");
  EXPECT_ERROR(plan.bind_output(1, six), "[plan] there is no output 1; the plan has 1.");
  EXPECT_ERROR(plan.output(7), "[plan] there is no output 7; the plan has 1.");
  plan.bind(unused, std::span(five).first(3));
  plan.bind(x, six);
  plan.run();
  EXPECT_THAT(plan.output(0), Each(2));
  EXPECT_EQ(plan.output(0).size(), 6u);
  EXPECT_EQ(plan.cases(), 3);
}

template <class Scalar>
class PlanOf : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(PlanOf, Scalars);

TYPED_TEST(PlanOf, ReadsInputsAndWritesOutputsWhereTheyAre) {
  Graph g;
  const Tensor x = g.input("x", {batch});
  Plan<TypeParam> plan(Tensors{square(x), sum(x)}, 2);
  Vector<TypeParam> first{1, 2}, second{3, 4}, out(2), elsewhere(2);
  plan.bind(x, first);
  plan.bind_output(0, out);
  plan.run();
  EXPECT_THAT(out, ElementsAre(1, 4));
  first[0] = 5;
  plan.run();
  EXPECT_THAT(out, ElementsAre(25, 4));
  EXPECT_THAT(plan.output(1), ElementsAre(7));
  plan.bind(x, second);
  plan.bind_output(0, elsewhere);
  plan.run();
  EXPECT_THAT(elsewhere, ElementsAre(9, 16));
  EXPECT_THAT(out, ElementsAre(25, 4)) << "no longer written";
  Plan<TypeParam> moved = std::move(plan);
  second[1] = -1;
  moved.run();
  EXPECT_THAT(elsewhere, ElementsAre(9, 1));
}

TYPED_TEST(PlanOf, RefusesAnOutputWhereAnInputIs) {
  Graph g;
  const Tensor x = g.input("x", {4}), y = g.input("y", {4});
  Plan<TypeParam> plan(Tensors{exp(x) + y}, 1);
  Vector<TypeParam> memory(8), values(4);
  plan.bind(x, std::span<const TypeParam>(memory).first(4));
  plan.bind(y, values);
  plan.bind_output(0, std::span(memory).subspan(3, 4));
  EXPECT_ERROR(plan.run(), "[plan] output 0 is bound to memory where input \"x\" is");
  plan.bind_output(0, std::span(memory).subspan(4, 4));
  plan.run();
  plan.bind(y, std::span<const TypeParam>(memory).subspan(4, 4));
  EXPECT_ERROR(plan.run(), "input \"y\"");
}

TYPED_TEST(PlanOf, RefusesOutputsInMemoryThatOverlaps) {
  Graph g;
  const Tensor x = g.input("x", {3});
  Plan<TypeParam> plan(Tensors{exp(x), -x, square(x)}, 1);
  const Vector<TypeParam> values{1, 2, 3};
  Vector<TypeParam> memory(6, -77);
  plan.bind(x, values);
  const auto part = [&](std::size_t begin) { return std::span(memory).subspan(begin, 3); };
  plan.bind_output(2, part(3));
  for (const std::size_t begin : {1u, 2u, 3u}) {
    plan.bind_output(1, part(begin));
    for (int i = 0; i < 2; ++i)
      EXPECT_ERROR(plan.run(),
                   "[plan] outputs 1 and 2 are bound to memory that overlaps; each must have its own.");
    EXPECT_THAT(memory, Each(-77));
  }
  plan.bind_output(2, part(0));  // where each had been bound does not count
  plan.run();
  EXPECT_THAT(memory, ElementsAre(1, 4, 9, -1, -2, -3));
}

TYPED_TEST(PlanOf, AnyNodeMayBeAnOutput) {
  Graph g;
  const Tensor x = g.input("x", {batch, 2}), y = exp(x);
  const Tensor view = reshape(y, {2, batch}), row = slice(transpose(x), 0, 1, 2);
  Plan<TypeParam> plan(Tensors{x, x, g.constant(3), g.batch_size(), broadcast(g.constant(2), {batch, 2}),
                               view, y, y, stop_gradient(x), row, broadcast(g.batch_size(), {2})},
                       2);
  Vector<TypeParam> values{0, 1, 2, 3}, out(4);
  plan.bind(x, values);
  plan.bind_output(6, out);
  for (int i = 0; i < 2; ++i) {
    plan.run();
    EXPECT_THAT(plan.output(0), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(plan.output(1), ElementsAre(0, 1, 2, 3));
    EXPECT_NE(plan.output(0).data(), plan.output(1).data());
    EXPECT_NE(plan.output(0).data(), values.data());
    EXPECT_THAT(plan.output(2), ElementsAre(3));
    EXPECT_THAT(plan.output(3), ElementsAre(2));
    EXPECT_THAT(plan.output(4), ElementsAre(2, 2, 2, 2));
    EXPECT_THAT(plan.output(5), testing::ElementsAreArray(plan.output(6)));
    EXPECT_THAT(plan.output(7), testing::ElementsAreArray(out));
    EXPECT_THAT(plan.output(8), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(plan.output(9), ElementsAre(1, 3));
    EXPECT_THAT(plan.output(10), ElementsAre(2, 2));
  }
}

TYPED_TEST(PlanOf, HoldsWhatDoesNotVary) {
  Graph g;
  const Tensor w = g.input("w", {2}), v = g.input("v", {2}), loss = sum(exp(w) * w);
  const Tensor product = hvp(loss, Tensors{w}, Tensors{v})[0];
  Plan<TypeParam> plan(Tensors{product, loss}, 1, Tensors{v});
  Vector<TypeParam> at{0, 0}, direction{1, 2};
  plan.bind(w, at);
  plan.bind(v, direction);
  plan.hold();
  plan.apply();
  EXPECT_THAT(plan.output(0), ElementsAre(2, 4)) << "(w + 2) e^w v";
  EXPECT_THAT(plan.output(1), ElementsAre(0));
  direction = {-1, 3};
  plan.apply();
  EXPECT_THAT(plan.output(0), ElementsAre(-2, 6));
  plan.apply();
  EXPECT_THAT(plan.output(0), ElementsAre(-2, 6));
  at = {1, 0};
  plan.hold();
  plan.apply();
  EXPECT_NEAR(plan.output(0)[0], -3 * std::exp(1.0), 1e-6);
  EXPECT_NEAR(plan.output(1)[0], std::exp(1.0), 1e-6);
}

TYPED_TEST(PlanOf, WhenNothingVariesAllIsHeldAndWhenAllVariesNothingIs) {
  Graph g;
  const Tensor x = g.input("x", {1}), v = g.input("v", {1}), y = square(x);
  Vector<TypeParam> at{3}, direction{1};
  Plan<TypeParam> held(Tensors{y}, 1, Tensors{v});
  held.bind(x, at);
  held.bind(v, direction);
  held.hold();
  EXPECT_THAT(held.output(0), ElementsAre(9));
  at[0] = 4;
  held.apply();
  EXPECT_THAT(held.output(0), ElementsAre(9));
  Plan<TypeParam> applied(Tensors{y}, 1);
  applied.bind(x, at);
  applied.hold();
  applied.apply();
  EXPECT_THAT(applied.output(0), ElementsAre(16));
}

// The result of a loop may lie where an operand was only if no other operand lies there too.
TYPED_TEST(PlanOf, PartsOfAnOperandOutliveItsReplacement) {
  const test::RestoreThreads restore;
  for (const int n : {1, 2, 3, 4}) {
    set_threads(n);
    for (const Index columns : {30, 3000}) {
      constexpr Index rows = 70;
      Graph g;
      const Tensor x = g.input("x", {rows, columns});
      const Tensor e = exp(x), flat = exp(-reshape(x, {rows * columns}));
      const Tensor by_row = e * slice(e, 0, 0, 1), by_number = flat * slice(flat, 0, 7, 8);
      Vector<double> values(static_cast<std::size_t>(rows * columns));
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(0.5 + 1e-6 * static_cast<double>(i % 1000));
      const Tensors outputs{sum(by_row, {0}), sum(by_number)};
      const auto planned = evaluate<TypeParam>(outputs, {{x, values}});
      const auto plain = evaluate<TypeParam>(outputs, {{x, values}}, 1, {.fuse = false, .reuse = false});
      EXPECT_EQ(planned, plain) << n << " threads, " << columns;
    }
  }
}

TYPED_TEST(PlanOf, IndicesOutOfRangeAreNamed) {
  Graph g;
  const Tensor x = g.input("x", {batch, 3}), label = g.input("label", {batch});
  Plan<TypeParam> plan(Tensors{gather(x, label), one_hot(label, 3)}, 4);
  Vector<TypeParam> values(12), labels{0, 1, 2, 0};
  std::iota(values.begin(), values.end(), TypeParam(0));
  plan.bind(x, values);
  plan.bind(label, labels);
  const TypeParam nan = std::numeric_limits<TypeParam>::quiet_NaN(),
                  inf = std::numeric_limits<TypeParam>::infinity();
  for (const TypeParam bad : {TypeParam(3), TypeParam(-1), TypeParam(0.5), nan, inf, -inf, TypeParam(1e30)}) {
    labels[2] = bad;
    EXPECT_ERROR(
        plan.run(),
        fmt::format("label holds {} at position 2; an index must be a whole number from 0 to 2.", bad));
    labels[2] = 2;
    plan.run();
    EXPECT_THAT(plan.output(0), ElementsAre(0, 4, 8, 9)) << "usable again";
    EXPECT_THAT(plan.output(1), ElementsAre(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0));
  }
  labels[0] = -TypeParam(0);
  plan.run();
  EXPECT_THAT(plan.output(0), ElementsAre(0, 4, 8, 9));
}

// The index is computed, and its memory is given to others before the run ends.
TYPED_TEST(PlanOf, AnIndexThatIsGoneIsStillNamed) {
  Graph g;
  const Tensor x = g.input("x", {4, 3}), label = g.input("label", {4});
  const Tensor index = label * 2;
  Tensor y = gather(x, index);
  for (int i = 0; i < 4; ++i) y = concatenate({slice(y, 0, 2, 4), slice(y, 0, 0, 2)}, 0) * 3;
  for (const bool poison : {false, true}) {
    Plan<TypeParam> plan(Tensors{y}, 1, {}, {.poison = poison});
    Vector<TypeParam> values(12, 1), labels{0, 1, 0, 7};
    plan.bind(x, values);
    plan.bind(label, labels);
    EXPECT_ERROR(plan.run(), "holds 14 at position 3; an index must be a whole number from 0 to 2.");
  }
}

TEST(PlanMemory, IsReusedAndAligned) {
  Graph g;
  Tensor x = g.input("x", {1000, 10});
  Tensor y = x;
  for (int i = 0; i < 20; ++i) y = reshape(exp(transpose(y)), {1000, 10});
  const Plan<float> plan(Tensors{y}, 1), greedy(Tensors{y}, 1, {}, {.reuse = false});
  EXPECT_LE(plan.bytes(), 3 * 40000 + 3 * 64);
  EXPECT_GE(greedy.bytes(), 40 * 40000);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(plan.output(0).data()) % 64, 0u);
}

TEST(PlanFlops, CountMatrixProducts) {
  Graph g;
  const Tensor x = g.input("x", {batch, 7}), w = g.input("w", {7, 5}), v = g.input("v", {7, 5});
  const Tensor y = matmul(x, w), loss = sum(square(y));
  EXPECT_EQ(Plan<float>(Tensors{y}, 11).flops(), 2 * 11 * 7 * 5);
  EXPECT_EQ(Plan<float>(Tensors{exp(x)}, 11).flops(), 0);
  EXPECT_EQ(Plan<float>(grad(loss, Tensors{w}), 11).flops(), 2 * 2 * 11 * 7 * 5) << "y, and xᵀ g";
  EXPECT_EQ(Plan<float>(grad(loss, Tensors{w, x}), 11).flops(), 3 * 2 * 11 * 7 * 5);
  // Of the Hessian product neither y nor the gradient is needed: x v, and xᵀ (2 x v).
  EXPECT_EQ(Plan<float>(hvp(loss, Tensors{w}, Tensors{v}), 11).flops(), 2 * 2 * 11 * 7 * 5);
}

TEST(PlanPrint, ReadsAsAList) {
  Graph g;
  const Tensor x = g.input("x", {batch, 3}), w = g.input("w", {3, 2}), b = g.input("b", {2}),
               v = g.input("v", {3, 2}), label = g.input("label", {batch});
  const Tensor z = tanh(matmul(x, w) + b);
  const Tensor loss = mean(log_sum_exp(z, {1}) - gather(z, label));
  const Plan<float> plan(Tensors{loss, matmul(x, v)}, 4, Tensors{v});
  EXPECT_EQ(plan.print(),
            "hold\n"
            "  product = x w  4×3×2, 4.8e-05 Mflop                          -> #5 at 0, 32 B\n"
            "| loop (add, tanh) of #5, b  4×2                               -> #8 at 0, 32 B\n"
            "  gather of #8 by label                                        -> #9 at 64, 16 B\n"
            "  log-sum-exp of #8  4×[2]×1                                   -> #10 at 128, 16 B\n"
            "  loop (subtract) of #10, #9  4×1                              -> #11 at 128, 16 B\n"
            "| sum of #11  1×[4]×1                                          -> #12 at 0, 4 B\n"
            "  loop (divide) of #12, 4  1×1                                 -> output #15, 4 B\n"
            "apply\n"
            "  product = x v  4×3×2, 4.8e-05 Mflop                          -> output #16, 32 B\n"
            "arena 320 B, 9.6e-05 Mflop in products; | waits for all threads\n");
}

TEST(PlanPrint, ShowsThatSumsOfProductsAccumulate) {
  Graph g;
  const Tensor x = g.input("x", {batch, 3}), w = g.input("w", {3, 2}), v = g.input("v", {3, 2}),
               u = g.input("u", {3, 2});
  const Tensor y = matmul(x, w) + matmul(x, v) + matmul(x, u);
  const std::string text = Plan<float>(Tensors{tanh(y)}, 4).print();
  EXPECT_THAT(text, HasSubstr("product = x w"));
  EXPECT_THAT(text, HasSubstr("product += x v"));
  EXPECT_THAT(text, HasSubstr("product += x u"));
  EXPECT_THAT(text, Not(HasSubstr("add")));
  // Not where a product is needed by itself.
  const Tensor p = matmul(x, w);
  EXPECT_THAT(Plan<float>(Tensors{p + matmul(x, v), p}, 4).print(), Not(HasSubstr("+=")));
  EXPECT_THAT(Plan<float>(Tensors{p + matmul(x, v), exp(p)}, 4).print(), Not(HasSubstr("+=")));
  EXPECT_THAT(Plan<float>(Tensors{p + p}, 4).print(), Not(HasSubstr("+=")));
  const auto results = evaluate<double>(
      {y, p + p},
      {{x, {1, 2, 3}}, {w, {1, 0, 0, 1, 0, 0}}, {v, {1, 1, 1, 1, 1, 1}}, {u, {0, 0, 0, 0, 1, 2}}});
  EXPECT_THAT(results[0], ElementsAre(1 + 6 + 3, 2 + 6 + 6));
  EXPECT_THAT(results[1], ElementsAre(2, 4));
}

}  // namespace
}  // namespace gradus::test
