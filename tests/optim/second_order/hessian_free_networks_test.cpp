// Hessian-free on networks, where it has everything that it can use.
#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "data/digits.h"
#include "nn/graph/ops.h"
#include "nn/mlp.h"
#include "nn/network.h"
#include "optim/counting_objective.h"
#include "optim/objectives/network_objective.h"
#include "optim/second_order/hessian_free.h"
#include "optim/training/evaluate.h"
#include "optim/training/train.h"
#include "optim/vector_math.h"
#include "tests/support/count_allocations.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

using test::normal_vector;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Matrix = HessianFreeOptions::Matrix;

// Two chunks of cases in turn, as train() gives them.
template <class Scalar>
struct Problem {
  Network network = mlp({6, 9, 8, 3}, {.activation = Activation::tanh, .l2 = 0.01});
  Vector<Scalar> inputs = normal_vector<Scalar>(120, "inputs"), labels = Vector<Scalar>(20);
  NetworkObjective<Scalar> f{network};
  Index t = 0;

  Problem() {
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<Scalar>(i * i % 3);
    f.set_batch(inputs, labels);
  }
  StepReport step(HessianFree<Scalar>& method, Vector<Scalar>& theta) {
    const std::size_t k = static_cast<std::size_t>(t++ % 2);
    f.set_curvature_batch(std::span(inputs).subspan(60 * k, 60), std::span(labels).subspan(10 * k, 10));
    return method.step(f, theta);
  }
};

template <class Scalar>
class Copy : public StateVisitor {
 public:
  void integer(std::string_view, std::int64_t&) override {}
  void scalar(std::string_view, double& x) override { restore ? x = number : number = x; }
  void vector(std::string_view, std::span<float> x) override { keep(x); }
  void vector(std::string_view, std::span<double> x) override { keep(x); }
  bool restore = false;

 private:
  template <class S>
  void keep(std::span<S> x) {
    if (!restore) kept.assign(x.begin(), x.end());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<S>(kept[i]);
  }
  double number = 0;
  std::vector<Scalar> kept;
};

template <class Scalar>
void expect_to_resume_at_every_step() {
  constexpr int steps = 8;
  Problem<Scalar> whole;
  HessianFree<Scalar> method({.initial_damping = 1});
  method.reset(whole.f.layout());
  Vector<Scalar> theta = whole.network.parameters().template initialize<Scalar>(1);
  std::vector<Vector<Scalar>> thetas{theta};
  std::vector<Copy<Scalar>> copies(steps);
  for (int i = 0; i < steps; ++i) {
    method.visit(copies[static_cast<std::size_t>(i)]);
    whole.step(method, theta);
    thetas.push_back(theta);
  }
  for (std::size_t from = 0; from < steps; ++from) {
    Problem<Scalar> rest;
    rest.t = static_cast<Index>(from);
    HessianFree<Scalar> resumed({.initial_damping = 1}), cold({.initial_damping = 1});
    resumed.reset(rest.f.layout());
    cold.reset(rest.f.layout());
    copies[from].restore = true;
    resumed.visit(copies[from]);
    Vector<Scalar> at = thetas[from], without = at;
    for (std::size_t i = from; i < steps; ++i) {
      rest.step(resumed, at);
      ASSERT_EQ(at, thetas[i + 1]) << "resumed at " << from << ", step " << i;
    }
    rest.t = static_cast<Index>(from);
    rest.step(cold, without);
    EXPECT_EQ(without == thetas[from + 1], from == 0) << "without its state it goes another way";
  }
}

TEST(HessianFreeNetworks, ResumesWithTheSameBits) {
  expect_to_resume_at_every_step<float>();
  expect_to_resume_at_every_step<double>();
}

TEST(HessianFreeNetworks, AllocatesInResetAlone) {
  for (const Matrix matrix : {Matrix::gauss_newton, Matrix::hessian, Matrix::differences}) {
    Problem<float> p;
    HessianFree<float> method({.matrix = matrix});
    method.reset(p.f.layout());
    Vector<float> theta = p.network.parameters().initialize<float>(1);
    for (int i = 0; i < 2; ++i) p.step(method, theta);  // the objective's plans
    const auto before = test::allocations();
    for (int i = 0; i < 8; ++i) EXPECT_EQ(p.step(method, theta).status, Status::ok);
    EXPECT_EQ(test::allocations(), before);
  }
}

TEST(HessianFreeNetworks, CountsItsWorkInProportionToTheCases) {
  Problem<double> p;
  CountingObjective<double> counted(p.f);
  HessianFree<double> method;
  method.reset(p.f.layout());
  Vector<double> theta = p.network.parameters().initialize<double>(1);
  p.f.set_curvature_batch(std::span(p.inputs).first(30), std::span(p.labels).first(5));
  const StepReport report = method.step(counted, theta);
  const Evaluations& e = report.evaluations;
  EXPECT_EQ(e.gradients, 2) << "the gradient, and its squares over the curvature's cases";
  EXPECT_GT(e.products, 5);
  EXPECT_EQ(e.values, counted.evaluations().values);
  // The gradient and the values but two, of all cases; two values, the squares, the held values and the products, of a
  // quarter.
  EXPECT_NEAR(counted.cost(),
              1 + static_cast<double>(e.values - 2) / 3 +
                  (2 / 3.0 + 1 + 1 / 3.0 + static_cast<double>(e.products) * 4 / 3) / 4,
              1e-12);
}

// The three kinds of product on a smooth network. Rounding that differences have lost (1e-10) grows from step to step.
TEST(HessianFreeNetworks, DifferencesOfGradientsStandForExactProducts) {
  const auto trained = [](Matrix matrix) {
    Problem<double> p;
    HessianFree<double> method({.matrix = matrix, .initial_damping = 10, .max_iterations = 20});
    method.reset(p.f.layout());
    Vector<double> theta = p.network.parameters().initialize<double>(1);
    for (int i = 0; i < 3; ++i) {
      const StepReport report = method.step(p.f, theta);
      EXPECT_EQ(report.status, Status::ok);
      if (matrix == Matrix::differences) {
        EXPECT_EQ(report.evaluations.products, 0);
        EXPECT_GE(report.evaluations.gradients, 2 + 2 * report.inner_iterations);
      }
    }
    return theta;
  };
  const Vector<double> exact = trained(Matrix::hessian);
  Vector<double> differences = trained(Matrix::differences), gauss_newton = trained(Matrix::gauss_newton);
  axpy(-1, exact, differences);
  axpy(-1, exact, gauss_newton);
  EXPECT_LT(norm(differences), 1e-6 * norm(exact));
  EXPECT_GT(norm(gauss_newton), 1e-3 * norm(exact)) << "which is another matrix";
}

TEST(HessianFreeNetworks, RefusesPreconditioningWhereWeightsAreShared) {
  auto graph = std::make_unique<Graph>();
  Parameters parameters(*graph);
  const Tensor w = parameters.add("w", {3, 3}), x = graph->input("x", {batch, 3}),
               t = graph->input("t", {batch});
  const Tensor z = matmul(tanh(matmul(x, transpose(w))), transpose(w));
  Network network(std::move(graph), std::move(parameters),
                  {.input = x, .target = t, .output = z, .case_loss = softmax_cross_entropy(z, t)});
  NetworkObjective<double> f(network);
  const auto inputs = normal_vector(12, "inputs");
  const Vector<double> labels = {0, 1, 2, 0};
  f.set_batch(inputs, labels);
  Vector<double> theta = normal_vector(9, "theta");
  const Vector<double> start = theta;
  HessianFree<double> method, plain({.preconditioner_exponent = 0});
  method.reset(f.layout());
  EXPECT_THAT([&] { method.step(f, theta); }, ThrowsMessage<Error>(HasSubstr("w is used 2 times")));
  EXPECT_EQ(theta, start);
  plain.reset(f.layout());
  EXPECT_EQ(plain.step(f, theta).status, Status::ok);
}

// Eight one-hot patterns through three units, with Martens' sparse initialisation.
template <class Scalar>
void expect_to_learn_codes() {
  Network network = mlp(
      {8, 3, 8},
      {.activation = Activation::sigmoid, .weights = init::Sparse{}, .loss = Loss::sigmoid_cross_entropy});
  NetworkObjective<Scalar> f(network);
  Vector<Scalar> patterns(64);
  for (std::size_t i = 0; i < 8; ++i) patterns[9 * i] = 1;
  f.set_batch(patterns, patterns);
  HessianFree<Scalar> method;
  method.reset(f.layout());
  Vector<Scalar> theta = network.parameters().template initialize<Scalar>(2);
  const auto start = static_cast<double>(f.value(theta));
  for (int i = 0; i < 60; ++i) {
    const StepReport report = method.step(f, theta);
    ASSERT_EQ(report.status, Status::ok) << i << report.message;
  }
  const auto loss = static_cast<double>(f.value(theta));
  EXPECT_LT(loss, start / 1000);  // measured: 4.8, then 1e-7
}

TEST(HessianFreeNetworks, AnAutoencoderLearnsCodes) {
  expect_to_learn_codes<float>();
  expect_to_learn_codes<double>();
}

TEST(HessianFreeNetworks, TrainsAPerceptronOnDigits) {
  const auto digits = synthetic_digits({.train = 600, .test = 300});
  Network network = mlp({784, 40, 20, 10}, {.activation = Activation::tanh, .l2 = 1e-4});
  Vector<float> theta = network.parameters().initialize<float>(1);
  HessianFree method({.initial_damping = 5, .penalty = 1e-4, .max_iterations = 50});
  const History history =
      train(network, theta, method, digits.train,
            {.epochs = 25, .batch_size = 600, .curvature_batch_size = 200, .validation = digits.test});
  EXPECT_EQ(history.steps, 25);
  EXPECT_LT(history.epochs.back().training_loss, 0.15);  // from 2.4; measured 0.09
  EXPECT_GT(*history.epochs.back().training_accuracy, 0.99);
  EXPECT_GT(*history.epochs.back().validation_accuracy, 0.7);
}

}  // namespace
}  // namespace gradus
