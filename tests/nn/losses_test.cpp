#include "nn/losses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "nn/graph/derive.h"
#include "nn/graph/ops.h"
#include "nn/run/plan.h"
#include "tests/support/evaluate.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"

namespace gradus::test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

using LossFunction = std::function<Tensor(Tensor, Tensor)>;

template <class Scalar>
struct Result {
  Vector<Scalar> values, gradient,
      product;  // of Σ over cases: gradient, and Hessian product with a vector of ones…
};

// The loss of each case, the gradient of their sum by the output, and the Hessian's product with (1, 2, …, n)
// a case.
template <class Scalar>
Result<Scalar> run(const LossFunction& loss, Index n, const Vector<Scalar>& output,
                   const Vector<Scalar>& targets) {
  Graph graph;
  const auto cases = static_cast<Index>(output.size()) / n;
  const bool indices = targets.size() != output.size();
  const Tensor z = graph.input("z", {batch, n}),
               t = graph.input("t", indices ? Shape{batch} : Shape{batch, n});
  const Tensor v = graph.input("v", {batch, n}), each = loss(z, t);
  EXPECT_EQ(each.shape(), (Shape{batch}));
  Vector<double> direction(output.size());
  for (std::size_t i = 0; i < direction.size(); ++i)
    direction[i] = static_cast<double>(i % static_cast<std::size_t>(n) + 1);
  const auto wide = [](const Vector<Scalar>& x) { return Vector<double>(x.begin(), x.end()); };
  const std::array wrt{z}, directions{v};
  const auto results = evaluate<Scalar>({each, grad(sum(each), wrt)[0], hvp(sum(each), wrt, directions)[0]},
                                        {{z, wide(output)}, {t, wide(targets)}, {v, direction}}, cases);
  return {results[0], results[1], results[2]};
}

// softmax, its cross-entropy with t, and (diag p − p pᵀ) v, of one case.
struct Softmax {
  std::vector<long double> p, product;
  long double loss = 0;

  Softmax(std::span<const double> z, std::span<const double> t) {
    long double largest = z[0], total = 0, mean = 0;
    for (const double x : z) largest = std::max<long double>(largest, x);
    for (const double x : z) total += std::exp(x - largest);
    for (std::size_t i = 0; i < z.size(); ++i) {
      p.push_back(std::exp(z[i] - largest) / total);
      loss -= t[i] * (z[i] - largest - std::log(total));
      mean += p[i] * static_cast<long double>(i + 1);
    }
    for (std::size_t i = 0; i < z.size(); ++i)
      product.push_back(p[i] * (static_cast<long double>(i + 1) - mean));
  }
};

constexpr std::size_t classes = 7, many = 50;

void expect_softmax(const Result<double>& got, const Vector<double>& logits,
                    const Vector<double>& distributions) {
  for (std::size_t row = 0; row < many; ++row) {
    const auto z = std::span(logits).subspan(row * classes, classes);
    const auto t = std::span(distributions).subspan(row * classes, classes);
    const Softmax expected(z, t);
    EXPECT_NEAR(got.values[row], static_cast<double>(expected.loss), 2e-14);
    for (std::size_t i = 0; i < classes; ++i) {
      EXPECT_NEAR(got.gradient[row * classes + i], static_cast<double>(expected.p[i] - t[i]), 1e-14);
      EXPECT_NEAR(got.product[row * classes + i], static_cast<double>(expected.product[i]), 1e-13);
    }
  }
}

TEST(SoftmaxCrossEntropy, OfClassIndices) {
  const Vector<double> logits = normal_vector(classes * many, "logits", 5);
  Vector<double> labels(many), one_hot(classes * many);
  for (std::size_t row = 0; row < many; ++row) {
    labels[row] = static_cast<double>(row * 3 % classes);
    one_hot[row * classes + row * 3 % classes] = 1;
  }
  expect_softmax(run<double>(softmax_cross_entropy, classes, logits, labels), logits, one_hot);
  expect_softmax(run<double>(softmax_cross_entropy, classes, logits, one_hot), logits, one_hot);
}

TEST(SoftmaxCrossEntropy, OfDistributions) {
  const Vector<double> logits = normal_vector(classes * many, "logits", 5);
  Vector<double> targets = normal_vector(classes * many, "targets");
  for (std::size_t row = 0; row < many; ++row) {
    const auto t = std::span(targets).subspan(row * classes, classes);
    double total = 0;
    for (double& x : t) total += x = std::abs(x);
    for (double& x : t) x /= total;
  }
  expect_softmax(run<double>(softmax_cross_entropy, classes, logits, targets), logits, targets);
}

TEST(SoftmaxCrossEntropy, OfCountsThatDoNotSumToOne) {
  const auto got = run<double>(softmax_cross_entropy, 2, {0, 0}, {3, 1});
  EXPECT_NEAR(got.values[0], 4 * std::log(2.0), 1e-15);
  EXPECT_NEAR(got.gradient[0], 2.0 - 3, 1e-15);
  EXPECT_NEAR(got.gradient[1], 2.0 - 1, 1e-15);
}

template <class Scalar>
class LargeOutputs : public testing::Test {
 protected:
  static constexpr Scalar large = 10'000;

  // Within so many roundings of a number of this size, or of 1 if it is smaller.
  static void expect_near(const Vector<Scalar>& got, const std::vector<double>& expected, double roundings) {
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(got[i], expected[i],
                  roundings * std::numeric_limits<Scalar>::epsilon() * std::max(1.0, std::abs(expected[i])))
          << i;
  }
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(LargeOutputs, Scalars);

TYPED_TEST(LargeOutputs, SoftmaxCrossEntropyIsFiniteAndRight) {
  const TypeParam huge = this->large;
  const Vector<TypeParam> z{huge, -huge, 0,     huge,  -huge, 0,     huge, huge,
                            huge, -huge, -huge, -huge, -huge, -huge, huge};
  const Vector<TypeParam> labels{0, 1, 2, 0, 2};
  const std::vector<double> values{0, 20'000, std::log(3.0), std::log(3.0), 0};
  const double third = 1 / 3.0;
  const std::vector<double> gradient{0,         0,         0,     1,     -1, 0, third, third,
                                     third - 1, third - 1, third, third, 0,  0, 0};
  Vector<TypeParam> one_hot(z.size());
  for (std::size_t i = 0; i < labels.size(); ++i) one_hot[3 * i + static_cast<std::size_t>(labels[i])] = 1;
  for (const Vector<TypeParam>& targets : {labels, one_hot}) {
    const auto got = run<TypeParam>(softmax_cross_entropy, 3, z, targets);
    this->expect_near(got.values, values, 2);
    this->expect_near(got.gradient, gradient, 2);
    // (diag p − p pᵀ) (1, 2, 3)
    this->expect_near(got.product, {0, 0, 0, 0, 0, 0, -third, 0, third, -third, 0, third, 0, 0, 0}, 4);
  }
}

TYPED_TEST(LargeOutputs, SigmoidCrossEntropyIsFiniteAndRight) {
  const TypeParam huge = this->large, half = 0.5;
  const Vector<TypeParam> z{huge, huge, huge, -huge, -huge, -huge, 0, 0, 0},
      t{1, 0, half, 1, 0, half, 1, 0, half};
  const auto got = run<TypeParam>(sigmoid_cross_entropy, 1, z, t);
  const double log2 = std::log(2.0);
  this->expect_near(got.values, {0, 10'000, 5'000, 10'000, 0, 5'000, log2, log2, log2}, 1);
  this->expect_near(got.gradient, {0, 1, 0.5, -1, 0, -0.5, -0.5, 0.5, 0}, 0);
  this->expect_near(got.product, {0, 0, 0, 0, 0, 0, 0.25, 0.25, 0.25}, 0);
}

TYPED_TEST(LargeOutputs, SquaredErrorAndHuberAreFiniteAndRight) {
  const TypeParam huge = this->large;
  const auto squared = run<TypeParam>(squared_error, 2, {huge, -huge}, {-huge, huge});
  this->expect_near(squared.values, {4e8}, 0);
  this->expect_near(squared.gradient, {2e4, -2e4}, 0);
  const auto robust =
      run<TypeParam>([](Tensor y, Tensor t) { return huber(y, t); }, 2, {huge, -huge}, {-huge, huge});
  this->expect_near(robust.values, {2 * 19'999.5}, 0);
  this->expect_near(robust.gradient, {1, -1}, 0);
  const auto beyond =
      run<TypeParam>([](Tensor y, Tensor t) { return huber(y, t); }, 1,
                     {std::numeric_limits<TypeParam>::max() / 4}, {0});  // its square is infinite
  EXPECT_TRUE(std::isfinite(beyond.values[0]));
  EXPECT_THAT(beyond.gradient, ElementsAre(1));
  EXPECT_THAT(beyond.product, ElementsAre(0));
}

TEST(SigmoidCrossEntropy, OfRandomOutputs) {
  const Vector<double> z = normal_vector(100, "logits", 5);
  Vector<double> t = normal_vector(100, "targets");
  for (double& x : t) x = 1 / (1 + x * x);
  const auto got = run<double>(sigmoid_cross_entropy, 5, z, t);
  for (std::size_t row = 0; row < 20; ++row) {
    long double loss = 0;
    for (std::size_t i = 5 * row; i < 5 * row + 5; ++i) {
      const long double p = 1 / (1 + std::exp(-static_cast<long double>(z[i])));
      const long double q = 1 / (1 + std::exp(static_cast<long double>(z[i])));
      loss -= t[i] * std::log(p) + (1 - static_cast<long double>(t[i])) * std::log(q);
      EXPECT_NEAR(got.gradient[i], static_cast<double>(p - t[i]), 1e-15);
      EXPECT_NEAR(got.product[i], static_cast<double>(p * q) * static_cast<double>(i % 5 + 1), 2e-15);
    }
    EXPECT_NEAR(got.values[row], static_cast<double>(loss), 2e-14);
  }
}

TEST(SquaredError, IsHalfTheSumOfSquares) {
  const auto got = run<double>(squared_error, 2, {1, 2, 3, 4}, {0, 4, 3, 3});
  EXPECT_THAT(got.values, ElementsAre(2.5, 0.5));
  EXPECT_THAT(got.gradient, ElementsAre(1, -2, 0, 1));
  EXPECT_THAT(got.product, ElementsAre(1, 2, 1, 2));
}

TEST(Huber, IsSquareNearZeroAndLinearBeyondDelta) {
  const Vector<double> y{-3, -2, -0.5, 0, 0.5, 2, 3}, t(7);
  const auto got = run<double>([](Tensor a, Tensor b) { return huber(a, b, 2); }, 1, y, t);
  EXPECT_THAT(got.values, ElementsAre(4, 2, 0.125, 0, 0.125, 2, 4));
  EXPECT_THAT(got.gradient, ElementsAre(-2, -2, -0.5, 0, 0.5, 2, 2));
  EXPECT_THAT(got.product, ElementsAre(0, 1, 1, 1, 1, 1, 0));
  const auto by_default = run<double>([](Tensor a, Tensor b) { return huber(a, b); }, 1, y, t);
  EXPECT_THAT(by_default.gradient, ElementsAre(-1, -1, -0.5, 0, 0.5, 1, 1));
}

TEST(L2, CountsWeightsAndBiasesOnDemand) {
  Graph graph;
  Parameters parameters(graph);
  parameters.add("0.weight", {1, 2});
  parameters.add("0.bias", {2});
  parameters.add("2.weight", {1, 1});
  const Vector<double> theta{1, 2, 10, 10, 3};
  const Tensor weights = l2(parameters, 0.5), all = l2(parameters, 0.5, true);
  Plan<double> plan(std::array{weights, all, l2(parameters, 0), grad(weights, parameters.tensors())[0]}, 1);
  parameters.bind(plan, theta);
  plan.run();
  EXPECT_EQ(weights.shape(), Shape());
  EXPECT_EQ(plan.output(0)[0], 0.25 * 14);
  EXPECT_EQ(plan.output(1)[0], 0.25 * 214);
  EXPECT_EQ(plan.output(2)[0], 0);
  EXPECT_THAT(plan.output(3), ElementsAre(0.5, 1));

  for (const double bad :
       {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    EXPECT_THAT(message_of([&] { l2(parameters, bad); }), HasSubstr("at least 0"));
  Parameters none(graph);
  none.add("only bias", {2});
  EXPECT_THAT(message_of([&] { l2(none, 1); }), HasSubstr("no weights"));
}

TEST(Losses, ShapesThatDoNotFitAreNamed) {
  Graph graph;
  const Tensor z = graph.input("z", {batch, 10}), labels = graph.input("labels", {batch});
  const Tensor wide = graph.input("wide", {batch, 12}), fixed = graph.input("fixed", {10});
  const auto refused = [&](const LossFunction& loss, Tensor a, Tensor b) {
    const NodeId nodes = graph.size();
    const std::string message = message_of([&] { loss(a, b); });
    EXPECT_EQ(graph.size(), nodes);
    return message;
  };
  const LossFunction robust = [](Tensor y, Tensor t) { return huber(y, t); };
  for (const LossFunction& loss :
       {LossFunction(sigmoid_cross_entropy), LossFunction(squared_error), robust}) {
    EXPECT_THAT(refused(loss, z, wide),
                AllOf(HasSubstr("z has shape (batch, 10)"), HasSubstr("wide have shape (batch, 12)")));
    EXPECT_THAT(refused(loss, z, labels),
                AllOf(HasSubstr("(batch, 10)"), HasSubstr("labels have shape (batch)")));
    EXPECT_THAT(refused(loss, labels, labels), HasSubstr("labels has shape (batch)"));
    EXPECT_THAT(refused(loss, z, Tensor()), HasSubstr("empty"));
  }
  EXPECT_THAT(
      refused(softmax_cross_entropy, z, wide),
      AllOf(HasSubstr("(batch, 10)"), HasSubstr("wide has shape (batch, 12)"), HasSubstr("class indices")));
  EXPECT_THAT(refused(softmax_cross_entropy, z, fixed), HasSubstr("fixed has shape (10)"));
  EXPECT_THAT(refused(softmax_cross_entropy, labels, labels), HasSubstr("(batch, n)"));
  EXPECT_THAT(refused(softmax_cross_entropy, Tensor(), labels), HasSubstr("empty"));
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_THAT(refused([&](Tensor y, Tensor t) { return huber(y, t, bad); }, z, z),
                HasSubstr("greater than 0"));
}

TEST(Losses, ALabelThatIsNoClassStopsTheRun) {
  for (const double bad : {-1.0, 3.0, 0.5})
    EXPECT_THROW(run<double>(softmax_cross_entropy, 3, Vector<double>{1, 2, 3}, {bad}), Error) << bad;
}

TEST(Losses, EveryNameIsItsLoss) {
  const std::vector<std::pair<std::string, LossFunction>> all{
      {"softmax-cross-entropy", softmax_cross_entropy},
      {"sigmoid-cross-entropy", sigmoid_cross_entropy},
      {"squared-error", squared_error},
      {"huber", [](Tensor y, Tensor t) { return huber(y, t, 1); }}};
  Graph graph;
  const Tensor z = graph.input("z", {batch, 10}), t = graph.input("t", {batch, 10});
  for (const auto& [text, function] : all) {
    const Loss loss = loss_from_name(text);
    EXPECT_EQ(name(loss), text);
    EXPECT_EQ(case_loss(loss, z, t), function(z, t)) << text;
  }
  EXPECT_THAT(message_of([] { loss_from_name("cross-entropy"); }), HasSubstr("softmax-cross-entropy"));
  EXPECT_THAT(message_of([] { loss_from_name("squared-eror"); }),
              HasSubstr("Did you mean \"squared-error\"?"));
}

}  // namespace
}  // namespace gradus::test
