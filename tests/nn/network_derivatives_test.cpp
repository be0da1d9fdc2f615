// Derivatives of whole networks: every activation with every loss, without, with one and with three hidden
// layers.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <string>

#include "nn/check_gradients.h"
#include "nn/graph/derive.h"
#include "nn/network.h"
#include "nn/run/plan.h"
#include "tests/support/normal_vector.h"

namespace gradus::test {
namespace {

constexpr Index cases = 6, inputs = 3, outputs = 3;

// A network with parameters and data, and its derivatives at them.
class Problem {
 public:
  Problem(std::vector<Index> sizes, const NetworkOptions& options) : network(mlp(std::move(sizes), options)) {
    theta = normal_vector(network.parameters().size(), "theta", 0.7);
    x = normal_vector(cases * network.input().shape()[1], "x");
    if (network.classes() > 0) {
      for (Index i = 0; i < cases; ++i) targets.push_back(static_cast<double>(i % network.classes()));
    } else {
      targets = normal_vector(cases * network.target().shape()[1], "targets");
      if (options.loss == Loss::sigmoid_cross_entropy)
        for (double& t : targets) t = 1 / (1 + std::exp(-t));
    }
  }

  std::size_t size() const { return theta.size(); }

  // The values of tensors, with `direction` for the inputs that v() gives.
  Vector<double> run(std::vector<Tensor> tensors, const Vector<double>& direction = {}) {
    Plan<double> plan(tensors, cases);
    plan.bind(network.input(), x);
    plan.bind(network.target(), targets);
    network.parameters().bind(plan, theta);
    if (!direction.empty()) network.parameters().bind(plan, v(), direction);
    plan.run();
    Vector<double> values;
    for (std::size_t i = 0; i < tensors.size(); ++i)
      values.insert(values.end(), plan.output(i).begin(), plan.output(i).end());
    return values;
  }

  Vector<double> hessian_product(const Vector<double>& direction) {
    return run(hvp(network.training_loss(), network.parameters().tensors(), v()), direction);
  }
  Vector<double> gauss_newton_product(const Vector<double>& direction) {
    return run(
        gauss_newton(network.training_loss(), network.training_output(), network.parameters().tensors(), v()),
        direction);
  }
  Vector<double> jacobian_product(const Vector<double>& direction) {
    return run(jvp(std::array{network.training_output()}, network.parameters().tensors(), v()), direction);
  }

  Network network;
  Vector<double> theta, x, targets;

 private:
  std::vector<Tensor> v() { return network.parameters().like("v"); }
};

void for_every_network(const std::function<void(Problem&)>& test) {
  using enum Activation;
  for (const Activation activation : {identity, relu, leaky_relu, elu, gelu, silu, sigmoid, tanh, softplus})
    for (const Loss loss :
         {Loss::softmax_cross_entropy, Loss::sigmoid_cross_entropy, Loss::squared_error, Loss::huber})
      for (const std::vector<Index>& sizes :
           {std::vector<Index>{inputs, outputs}, std::vector<Index>{inputs, 5, outputs},
            std::vector<Index>{inputs, 4, 4, 4, outputs}}) {
        SCOPED_TRACE(testing::Message()
                     << name(activation) << ' ' << name(loss) << ' ' << sizes.size() - 1 << " layers");
        Problem problem(sizes, {.activation = activation, .loss = loss});
        test(problem);
      }
}

double dot(const Vector<double>& a, const Vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}
double norm(const Vector<double>& a) { return std::sqrt(dot(a, a)); }

void expect_equal(const Vector<double>& a, const Vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << i;
}

TEST(NetworkDerivatives, GradientAndHessianProductAreThoseOfDifferences) {
  for_every_network([](Problem& p) {
    const GradientCheck check = check_gradients(p.network, p.theta, p.x, p.targets, {.coordinates = 10});
    EXPECT_TRUE(check.passed()) << check.to_string();
  });
}

TEST(NetworkDerivatives, WithDropoutAndPenaltyToo) {
  for (const Loss loss : {Loss::softmax_cross_entropy, Loss::squared_error}) {
    Problem p(
        {inputs, 8, 8, outputs},
        {.activation = Activation::tanh, .loss = loss, .l2 = 0.3, .dropout = 0.5, .input_dropout = 0.2});
    const GradientCheck check = check_gradients(p.network, p.theta, p.x, p.targets);
    EXPECT_TRUE(check.passed()) << check.to_string();
  }
}

TEST(NetworkDerivatives, HessianAndGaussNewtonProductsAreSymmetric) {
  for_every_network([](Problem& p) {
    const Vector<double> u = normal_vector(static_cast<Index>(p.size()), "u"),
                         v = normal_vector(static_cast<Index>(p.size()), "v");
    const Vector<double> hu = p.hessian_product(u), hv = p.hessian_product(v);
    EXPECT_NEAR(dot(u, hv), dot(v, hu), 1e-13 * norm(u) * norm(hv));
    const Vector<double> gu = p.gauss_newton_product(u), gv = p.gauss_newton_product(v);
    EXPECT_NEAR(dot(u, gv), dot(v, gu), 1e-13 * norm(u) * norm(gv));
  });
}

// The Hessian of the mean loss by the outputs of one case, times a vector, in closed form.
Vector<double> loss_hessian(Loss loss, std::span<const double> z, std::span<const double> t,
                            std::span<const double> v) {
  Vector<double> p(z.size()), result(z.size());
  double total = 0, mean = 0;
  for (std::size_t i = 0; i < z.size(); ++i) total += p[i] = std::exp(z[i]);
  for (std::size_t i = 0; i < z.size(); ++i) mean += (p[i] /= total) * v[i];
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double s = 1 / (1 + std::exp(-z[i]));
    const double diagonal = loss == Loss::sigmoid_cross_entropy ? s * (1 - s)
                            : loss == Loss::huber               ? std::abs(z[i] - t[i]) <= 1
                                                                : 1;
    result[i] = loss == Loss::softmax_cross_entropy ? p[i] * (v[i] - mean) : diagonal * v[i];
    result[i] /= cases;
  }
  return result;
}

// Gv is Jᵀ H J v with the Jacobian J written out, column by column, and H in closed form; so vᵀGv = (Jv)ᵀ H
// (Jv) ≥ 0.
TEST(NetworkDerivatives, GaussNewtonProductIsThatOfTheDenseMatrices) {
  for_every_network([](Problem& p) {
    const Vector<double> v = normal_vector(static_cast<Index>(p.size()), "v");
    std::vector<Vector<double>> columns;
    Vector<double> jv(static_cast<std::size_t>(cases * outputs));
    for (std::size_t j = 0; j < p.size(); ++j) {
      Vector<double> unit(p.size());
      unit[j] = 1;
      columns.push_back(p.jacobian_product(unit));
      for (std::size_t i = 0; i < jv.size(); ++i) jv[i] += columns[j][i] * v[j];
    }
    const Vector<double> z = p.run({p.network.training_output()});
    const Vector<double> no_targets(outputs);
    Vector<double> hjv;
    for (std::size_t row = 0; row < cases; ++row) {
      const auto t = p.network.classes() > 0
                         ? std::span<const double>(no_targets)
                         : std::span<const double>(p.targets).subspan(row * outputs, outputs);
      const Vector<double> part =
          loss_hessian(p.network.options().loss, std::span(z).subspan(row * outputs, outputs), t,
                       std::span(jv).subspan(row * outputs, outputs));
      hjv.insert(hjv.end(), part.begin(), part.end());
    }
    Vector<double> expected;
    for (const auto& column : columns) expected.push_back(dot(column, hjv));
    const Vector<double> gv = p.gauss_newton_product(v);
    expect_equal(gv, expected, 1e-13 * (1 + norm(expected)));
    EXPECT_GE(dot(v, gv), -1e-14 * norm(v) * norm(gv));
  });
}

TEST(NetworkDerivatives, GaussNewtonIsTheHessianOfALinearModel) {
  for (const Loss loss :
       {Loss::softmax_cross_entropy, Loss::sigmoid_cross_entropy, Loss::squared_error, Loss::huber}) {
    Problem p({inputs, outputs}, {.loss = loss});
    const Vector<double> v = normal_vector(static_cast<Index>(p.size()), "v"), hv = p.hessian_product(v);
    expect_equal(p.gauss_newton_product(v), hv, 1e-14 * (1 + norm(hv)));
  }
}

// With a hidden layer the two differ, or the test above would say nothing.
TEST(NetworkDerivatives, GaussNewtonIsNotTheHessianOfADeepModel) {
  Problem p({inputs, 5, outputs}, {.activation = Activation::tanh});
  const Vector<double> v = normal_vector(static_cast<Index>(p.size()), "v"), hv = p.hessian_product(v);
  Vector<double> difference = p.gauss_newton_product(v);
  for (std::size_t i = 0; i < hv.size(); ++i) difference[i] -= hv[i];
  EXPECT_GT(norm(difference), 1e-3 * norm(hv));
}

// The dense Hessian of a model without hidden layers is 1/N Σ_cases A ⊗ x̃ x̃ᵀ with x̃ = (x, 1) and A the
// loss's Hessian by the outputs. Its entries, by unit vectors, for both products.
void expect_closed_form(Index n, Loss loss,
                        const std::function<double(std::span<const double> z, Index, Index)>& a) {
  Problem p({inputs, n}, {.loss = loss});
  const Vector<double> z = p.run({p.network.training_output()});
  const auto width = static_cast<std::size_t>(inputs), count = static_cast<std::size_t>(n);
  struct Place {
    std::size_t output, input;  // input == width: the bias
  };
  std::vector<Place> places;
  for (std::size_t k = 0; k < count; ++k)
    for (std::size_t j = 0; j < width; ++j) places.push_back({k, j});
  for (std::size_t k = 0; k < count; ++k) places.push_back({k, width});
  const auto extended = [&](std::size_t row, std::size_t j) { return j == width ? 1 : p.x[row * width + j]; };

  for (std::size_t column = 0; column < p.size(); ++column) {
    Vector<double> unit(p.size()), expected(p.size());
    unit[column] = 1;
    for (std::size_t i = 0; i < p.size(); ++i)
      for (std::size_t row = 0; row < cases; ++row)
        expected[i] += a(std::span(z).subspan(row * count, count), static_cast<Index>(places[i].output),
                         static_cast<Index>(places[column].output)) *
                       extended(row, places[i].input) * extended(row, places[column].input) / cases;
    expect_equal(p.hessian_product(unit), expected, 2e-15);
    expect_equal(p.gauss_newton_product(unit), expected, 2e-15);
  }
}

TEST(NetworkDerivatives, LinearRegression) {  // 1/N X̃ᵀ X̃ of ½ (y − t)²
  expect_closed_form(1, Loss::squared_error, [](auto, Index, Index) { return 1.0; });
}
TEST(NetworkDerivatives, LogisticRegression) {  // 1/N X̃ᵀ diag(σ (1 − σ)) X̃
  expect_closed_form(1, Loss::sigmoid_cross_entropy, [](std::span<const double> z, Index, Index) {
    const double s = 1 / (1 + std::exp(-z[0]));
    return s * (1 - s);
  });
}
TEST(NetworkDerivatives, SoftmaxRegression) {  // 1/N Σ (diag p − p pᵀ) ⊗ x̃ x̃ᵀ
  expect_closed_form(4, Loss::softmax_cross_entropy, [](std::span<const double> z, Index k, Index l) {
    double total = 0;
    for (const double x : z) total += std::exp(x);
    const double p = std::exp(z[static_cast<std::size_t>(k)]) / total,
                 q = std::exp(z[static_cast<std::size_t>(l)]) / total;
    return k == l ? p * (1 - p) : -p * q;
  });
}

}  // namespace
}  // namespace gradus::test
