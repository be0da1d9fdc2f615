#include "nn/init.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/vector.h"
#include "tests/support/expect_error.h"

namespace gradus::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

template <class Scalar = double>
Vector<Scalar> drawn(const Initializer& initializer, const Shape& shape, std::uint64_t seed = 1) {
  Vector<Scalar> values(static_cast<std::size_t>(shape.elements()), Scalar(99));
  draw(initializer, shape, Random(seed, "init"), std::span(values));
  return values;
}

// Mean 0 and this variance, to 5 standard errors: √(variance / n) and variance √((kurtosis − 1) / n).
void expect_moments(const Vector<double>& x, double variance, double kurtosis) {
  const double n = static_cast<double>(x.size());
  double mean = 0, square = 0;
  for (const double v : x) {
    mean += v / n;
    square += v * v / n;
  }
  EXPECT_NEAR(mean, 0, 5 * std::sqrt(variance / n));
  EXPECT_NEAR(square, variance, 5 * variance * std::sqrt((kurtosis - 1) / n));
}

double largest(const Vector<double>& x) {
  double largest = 0;
  for (const double v : x) largest = std::max(largest, std::abs(v));
  return largest;
}

constexpr double normal_kurtosis = 3, uniform_kurtosis = 1.8;
const Shape wide{200, 500};  // out, in: 100,000 numbers

void expect_uniform(const Initializer& initializer, double variance) {
  const Vector<double> x = drawn(initializer, wide);
  expect_moments(x, variance, uniform_kurtosis);
  const double bound = std::sqrt(3 * variance);
  EXPECT_LE(largest(x), bound);
  EXPECT_GT(largest(x), bound * (1 - 1e-3));  // missed with probability (1 − 1e-3)^100000
}

TEST(Init, UniformOnesHaveTheirVarianceAndBound) {
  expect_uniform(init::Uniform{0.3}, 0.3 * 0.3 / 3);
  expect_uniform(init::glorot_uniform, 2.0 / 700);
  expect_uniform(init::he_uniform, 2.0 / 500);
  expect_uniform(init::lecun_uniform, 1.0 / 500);
}

TEST(Init, NormalOnesHaveTheirVariance) {
  expect_moments(drawn(init::Normal{0.3}, wide), 0.09, normal_kurtosis);
  expect_moments(drawn(init::glorot_normal, wide), 2.0 / 700, normal_kurtosis);
  expect_moments(drawn(init::he_normal, wide), 2.0 / 500, normal_kurtosis);
  expect_moments(drawn(init::lecun_normal, wide), 1.0 / 500, normal_kurtosis);
  EXPECT_GT(largest(drawn(init::Normal{1}, wide)), 4);  // not cut: P(|x| > 4) = 6e-5
}

TEST(Init, TruncatedNormalIsCutAtTwoAndHasTheSmallerVariance) {
  // For the cut at c = 2: variance 1 − 2cφ(c) / (2Φ(c) − 1); fourth moment 3 variance − 2c³φ(c) / (2Φ(c) −
  // 1).
  const double density = std::exp(-2.0) / std::sqrt(2 * M_PI), mass = std::erf(std::sqrt(2.0));
  const double variance = 1 - 4 * density / mass, fourth = 3 * variance - 16 * density / mass;
  EXPECT_NEAR(std::sqrt(variance), 0.87963, 5e-6);
  const Vector<double> x = drawn(init::TruncatedNormal{0.03}, wide);
  expect_moments(x, 9e-4 * variance, fourth / (variance * variance));
  EXPECT_LE(largest(x), 0.06);
  EXPECT_GT(largest(x), 0.06 * 0.999);
}

TEST(Init, ConstantIsConstant) {
  for (const double v : drawn(init::Constant{-2.5}, {3})) EXPECT_EQ(v, -2.5);
  for (const double v : drawn(init::Constant{}, {3})) EXPECT_EQ(v, 0);
}

// W Wᵀ or Wᵀ W, whichever is smaller, is gain² I.
void expect_orthogonal(const Shape& shape, double gain) {
  const Vector<double> w = drawn(init::Orthogonal{gain}, shape);
  const auto rows = static_cast<std::size_t>(shape[0]), columns = static_cast<std::size_t>(shape[1]);
  const bool by_rows = rows <= columns;
  const std::size_t few = std::min(rows, columns), many = std::max(rows, columns);
  for (std::size_t i = 0; i < few; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double product = 0;
      for (std::size_t k = 0; k < many; ++k)
        product +=
            by_rows ? w[i * columns + k] * w[j * columns + k] : w[k * columns + i] * w[k * columns + j];
      EXPECT_NEAR(product, i == j ? gain * gain : 0, 1e-12 * gain * gain) << shape.to_string();
    }
}

TEST(Init, OrthogonalIsOrthogonal) {
  for (const Shape& shape :
       {Shape{30, 30}, Shape{20, 50}, Shape{50, 20}, Shape{1, 7}, Shape{7, 1}, Shape{1, 1}})
    for (const double gain : {1.0, 1.5}) expect_orthogonal(shape, gain);
}

// Uniform on the orthogonal group: E tr Q = 0, E (tr Q)² = 1. Without the correction of signs Householder's Q
// has a trace of about −1.
TEST(Init, OrthogonalIsUniformlyDistributed) {
  const int draws = 4000;
  double mean = 0, square = 0, positive = 0;
  for (int seed = 0; seed < draws; ++seed) {
    const Vector<double> q = drawn(init::Orthogonal{}, {3, 3}, static_cast<std::uint64_t>(seed));
    const double trace = q[0] + q[4] + q[8];
    mean += trace / draws;
    square += trace * trace / draws;
    positive += (q[0] > 0) / static_cast<double>(draws);
  }
  EXPECT_NEAR(mean, 0, 5 / std::sqrt(draws));
  EXPECT_NEAR(square, 1, 5 * std::sqrt(2.0 / draws));  // E (tr Q)⁴ is 3 (O(3)), so the variance 2
  EXPECT_NEAR(positive, 0.5, 5 * 0.5 / std::sqrt(draws));
}

TEST(Init, SparseGivesEveryUnitItsConnections) {
  const Index inputs = 784, units = 500;
  const Vector<double> w = drawn(init::Sparse{}, {units, inputs});
  Vector<double> connected;
  double connections = 0;
  for (Index unit = 0; unit < units; ++unit) {
    int count = 0;
    for (Index i = 0; i < inputs; ++i)
      if (const double x = w[static_cast<std::size_t>(unit * inputs + i)]; x != 0) {
        ++count;
        connected.push_back(x);
      }
    EXPECT_LE(count, 15);
    EXPECT_GE(count, 12);  // three repeats among 15 of 784: probability 2e-4 a unit, four of them 6e-6
    connections += count;
  }
  // 784 (1 − (1 − 1/784)^15) different inputs on average; repeats have about the variance of their mean 15·14
  // / (2·784).
  EXPECT_NEAR(connections / units, 784 * (1 - std::pow(1 - 1.0 / 784, 15)), 5 * std::sqrt(0.134 / units));
  expect_moments(connected, 1, normal_kurtosis);

  for (const double x : drawn(init::Sparse{3, 0.5}, {4, 1})) EXPECT_NE(x, 0);  // more connections than inputs
}

TEST(Init, FloatIsTheRoundedDouble) {
  for (const Initializer& initializer :
       {Initializer(init::he_normal), Initializer(init::glorot_uniform), Initializer(init::TruncatedNormal{}),
        Initializer(init::Orthogonal{}), Initializer(init::Sparse{}), Initializer(init::Constant{0.1})}) {
    const Vector<double> exact = drawn(initializer, {20, 30});
    const Vector<float> rounded = drawn<float>(initializer, {20, 30});
    for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_EQ(rounded[i], static_cast<float>(exact[i]));
  }
}

TEST(Init, ChecksNumbersAndShapes) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const auto refused = [](const Initializer& initializer, const Shape& shape) {
    return message_of([&] { check_initializer(initializer, shape, "0.weight"); });
  };
  EXPECT_THAT(refused(init::he_normal, {5}),
              AllOf(HasSubstr("0.weight"), HasSubstr("matrices"), HasSubstr("(5)")));
  EXPECT_THAT(refused(init::Sparse{}, {5, 5, 5}), HasSubstr("matrices"));
  EXPECT_THAT(refused(init::Orthogonal{}, {}), HasSubstr("matrices"));
  EXPECT_THAT(refused(init::Sparse{0}, {5, 5}), HasSubstr("at least 1 connection, not 0"));
  EXPECT_THAT(refused(init::Normal{-1}, {5}), HasSubstr("at least 0, not -1"));
  for (const double bad : {nan, inf, -inf}) {
    EXPECT_THAT(refused(init::Constant{bad}, {5}), HasSubstr("finite"));
    EXPECT_THAT(refused(init::Uniform{bad}, {5}), HasSubstr("finite"));
    EXPECT_THAT(refused(init::TruncatedNormal{bad}, {5}), HasSubstr("finite"));
    EXPECT_THAT(refused(init::Orthogonal{bad}, {5, 5}), HasSubstr("finite"));
    EXPECT_THAT(refused(init::Sparse{15, bad}, {5, 5}), HasSubstr("finite"));
  }
  for (const Initializer& fine : {Initializer(init::Normal{0}), Initializer(init::Constant{-1})})
    EXPECT_EQ(refused(fine, {5, 5, 5}), "no error");
}

TEST(InitNames, EveryNameGivesItsInitializer) {
  const auto same = [](std::string_view name, const Initializer& expected) {
    const Initializer found = initializer_from_name(name);
    EXPECT_EQ(found.index(), expected.index()) << name;
    EXPECT_EQ(drawn(found, {6, 40}), drawn(expected, {6, 40})) << name;
  };
  same("zeros", init::Constant{0});
  same("uniform", init::Uniform{0.05});
  same("normal", init::Normal{0.01});
  same("truncated-normal", init::TruncatedNormal{0.05});
  same("glorot-uniform", init::glorot_uniform);
  same("glorot-normal", init::glorot_normal);
  same("he-uniform", init::he_uniform);
  same("he-normal", init::he_normal);
  same("lecun-uniform", init::lecun_uniform);
  same("lecun-normal", init::lecun_normal);
  same("orthogonal", init::Orthogonal{1});
  same("sparse", init::Sparse{15, 1});
  same("truncated-normal:0.03", init::TruncatedNormal{0.03});
  same("uniform:1e-1", init::Uniform{0.1});
  same("normal:2", init::Normal{2});
  same("orthogonal:1.5", init::Orthogonal{1.5});
  same("sparse:3", init::Sparse{3, 1});
}

TEST(InitNames, OthersAreRefusedWithTheNearest) {
  const auto refused = [](std::string_view name) { return message_of([&] { initializer_from_name(name); }); };
  EXPECT_THAT(refused("he-norml"),
              AllOf(HasSubstr("\"he-norml\""), HasSubstr("Did you mean \"he-normal\"?")));
  EXPECT_THAT(refused("xavier-of-course"),
              AllOf(testing::Not(HasSubstr("Did you mean")), HasSubstr("glorot-uniform")));
  EXPECT_THAT(refused(""), HasSubstr("there is no initializer \"\""));
  EXPECT_THAT(refused("normls:1"), HasSubstr("Did you mean \"normal\"?"));
  for (const char* bad : {"normal:", "normal:x", "normal:1x", "normal:-1", "normal:0", "normal:nan",
                          "normal:inf", "normal:1:2", "sparse:1.5", "sparse:1e300", "he-normal:2", "zeros:1"})
    EXPECT_THAT(refused(bad), HasSubstr("cannot take the number")) << bad;
}

}  // namespace
}  // namespace gradus::test
