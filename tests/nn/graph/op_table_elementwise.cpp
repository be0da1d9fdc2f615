#include <algorithm>
#include <cmath>
#include <numbers>

#include "nn/graph/ops.h"
#include "tests/nn/graph/op_table.h"

namespace gradus::test {
namespace {

Row unary(std::string name, Tensor (*build)(Tensor), double (*f)(double), Sampler sample) {
  return {name, [=](Random& random) {
            const Shapes shapes = draw_shapes(random, 1);
            return Instance{{{shapes.operands[0], sample}},
                            shapes.cases,
                            [=](Graph&, const Tensors& x) { return build(x[0]); },
                            [=](const Arrays& x) {
                              return map(x, [=](const std::vector<double>& v) { return f(v[0]); });
                            }};
          }};
}

Row binary(std::string name, Tensor (*build)(Tensor, Tensor), double (*f)(double, double), Sampler first,
           Sampler second, bool discrete = false) {
  return {name, [=](Random& random) {
            const Shapes shapes = draw_shapes(random, 2);
            return Instance{{{shapes.operands[0], first, discrete}, {shapes.operands[1], second, discrete}},
                            shapes.cases,
                            [=](Graph&, const Tensors& x) { return build(x[0], x[1]); },
                            [=](const Arrays& x) {
                              return map(x, [=](const std::vector<double>& v) { return f(v[0], v[1]); });
                            }};
          }};
}

Row power_of(double exponent, Sampler sample) {
  return {"power " + std::to_string(exponent), [=](Random& random) {
            const Shapes shapes = draw_shapes(random, 1);
            return Instance{{{shapes.operands[0], sample}},
                            shapes.cases,
                            [=](Graph&, const Tensors& x) { return power(x[0], exponent); },
                            [=](const Arrays& x) {
                              return map(x, [=](const auto& v) { return std::pow(v[0], exponent); });
                            }};
          }};
}

double phi(double x) { return 0.5 * std::erfc(-x * std::numbers::sqrt2 / 2); }
double logistic(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

std::vector<Row> unary_rows() {
  const Sampler any = uniform(-3, 3), positive = uniform(1, 3), off_zero = around_zero(0.1, 3);
  return {
      unary(
          "negate", [](Tensor x) { return -x; }, [](double x) { return -x; }, any),
      unary("exp", exp, std::exp, any),
      unary("expm1", expm1, std::expm1, any),
      unary("log", log, std::log, positive),
      unary("log1p", log1p, std::log1p, uniform(0, 3)),
      unary("sqrt", sqrt, std::sqrt, positive),
      unary(
          "square", square, [](double x) { return x * x; }, any),
      unary("abs", abs, std::fabs, off_zero),
      unary(
          "sign", sign, [](double x) { return x > 0   ? 1.0
                                              : x < 0 ? -1.0
                                                      : 0.0; }, off_zero),
      power_of(-2.5, positive),
      power_of(-1, positive),
      power_of(0, any),
      power_of(0.5, positive),
      power_of(1, any),
      power_of(1.7, positive),
      power_of(2, any),
      power_of(3, any),
      power_of(4, any),
      unary(
          "relu", relu, [](double x) { return x > 0 ? x : 0; }, off_zero),
      unary(
          "leaky relu", [](Tensor x) { return leaky_relu(x, 0.2); },
          [](double x) { return x > 0 ? x : 0.2 * x; }, off_zero),
      unary(
          "elu", [](Tensor x) { return elu(x, 1.3); },
          [](double x) { return x > 0 ? x : 1.3 * std::expm1(x); }, off_zero),
      unary("sigmoid", sigmoid, logistic, any),
      unary("tanh", tanh, std::tanh, any),
      unary(
          "softplus", softplus, [](double x) { return std::log(1 + std::exp(x)); }, any),
      unary("normal cdf", normal_cdf, phi, any),
      unary(
          "gelu", gelu, [](double x) { return x * phi(x); }, any),
      unary(
          "silu", silu, [](double x) { return x * logistic(x); }, any),
      unary(
          "x + 2", [](Tensor x) { return x + 2; }, [](double x) { return x + 2; }, any),
      unary(
          "2 − x", [](Tensor x) { return 2 - x; }, [](double x) { return 2 - x; }, any),
      unary(
          "3x", [](Tensor x) { return 3 * x; }, [](double x) { return 3 * x; }, any),
      unary(
          "2 / x", [](Tensor x) { return 2 / x; }, [](double x) { return 2 / x; }, positive),
      unary(
          "x · x", [](Tensor x) { return x * x; }, [](double x) { return x * x; }, any),
  };
}

std::vector<Row> binary_rows() {
  const Sampler any = uniform(-3, 3), few = choices(3);
  std::vector<Row> rows{
      binary(
          "add", [](Tensor a, Tensor b) { return a + b; }, [](double a, double b) { return a + b; }, any,
          any),
      binary(
          "subtract", [](Tensor a, Tensor b) { return a - b; }, [](double a, double b) { return a - b; }, any,
          any),
      binary(
          "multiply", [](Tensor a, Tensor b) { return a * b; }, [](double a, double b) { return a * b; }, any,
          any),
      binary(
          "divide", [](Tensor a, Tensor b) { return a / b; }, [](double a, double b) { return a / b; }, any,
          around_zero(1, 3)),
      binary(
          "maximum", maximum, [](double a, double b) { return std::max(a, b); }, distinct(), distinct(0.05)),
      binary(
          "minimum", minimum, [](double a, double b) { return std::min(a, b); }, distinct(), distinct(0.05)),
      binary(
          "less", less, [](double a, double b) { return a < b ? 1.0 : 0.0; }, few, few, true),
      binary(
          "less or equal", less_equal, [](double a, double b) { return a <= b ? 1.0 : 0.0; }, few, few, true),
      binary(
          "greater", greater, [](double a, double b) { return a > b ? 1.0 : 0.0; }, few, few, true),
      binary(
          "greater or equal", greater_equal, [](double a, double b) { return a >= b ? 1.0 : 0.0; }, few, few,
          true),
      binary(
          "equal", equal, [](double a, double b) { return a == b ? 1.0 : 0.0; }, few, few, true),
      binary(
          "not equal", not_equal, [](double a, double b) { return a != b ? 1.0 : 0.0; }, few, few, true),
  };
  rows.push_back(
      {"select", [=](Random& random) {
         const Shapes shapes = draw_shapes(random, 3);
         return Instance{
             {{shapes.operands[0], few, true}, {shapes.operands[1], any}, {shapes.operands[2], any}},
             shapes.cases,
             [](Graph&, const Tensors& x) { return select(x[0], x[1], x[2]); },
             [](const Arrays& x) { return map(x, [](const auto& v) { return v[0] != 0 ? v[1] : v[2]; }); }};
       }});
  return rows;
}

}  // namespace gradus::test
