#include "nn/activation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "tests/support/evaluate.h"
#include "tests/support/expect_error.h"

namespace gradus::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

double normal_distribution(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

const std::map<std::string, double (*)(double)> formulas{
    {"identity", [](double x) { return x; }},
    {"relu", [](double x) { return x > 0 ? x : 0; }},
    {"leaky-relu", [](double x) { return x > 0 ? x : 0.01 * x; }},
    {"elu", [](double x) { return x > 0 ? x : std::expm1(x); }},
    {"gelu", [](double x) { return x * normal_distribution(x); }},
    {"silu", [](double x) { return x / (1 + std::exp(-x)); }},
    {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }},
    {"tanh", [](double x) { return std::tanh(x); }},
    {"softplus", [](double x) { return std::log1p(std::exp(x)); }},
};

TEST(Activation, EveryNameIsItsFunction) {
  const Vector<double> values{-5, -1.5, -0.1, 0, 0.1, 1.5, 5};
  for (const auto& [text, formula] : formulas) {
    const Activation activation = activation_from_name(text);
    EXPECT_EQ(name(activation), text);
    Graph graph;
    const Tensor x = graph.input("x", {batch});
    const auto y = evaluate<double>({apply(activation, x)}, {{x, values}}, 7)[0];
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(y[i], formula(values[i]), 4e-15 * std::max(1.0, std::abs(values[i])))
          << text << ' ' << values[i];
  }
}

TEST(Activation, OtherNamesAreRefusedWithTheNearest) {
  EXPECT_THAT(message_of([] { activation_from_name("rleu"); }),
              AllOf(HasSubstr("[activation]"), HasSubstr("\"rleu\""), HasSubstr("Did you mean \"relu\"?"),
                    HasSubstr("identity, relu, leaky-relu, elu, gelu, silu, sigmoid, tanh, softplus")));
}

}  // namespace
}  // namespace gradus::test
