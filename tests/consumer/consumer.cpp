#include <gradus/gradus.h>

#include <Eigen/Core>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <span>
#include <vector>

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "consumer: not so: %s\n", what);
  std::exit(1);
}

// Fixed-size and owning objects of Eigen, on the heap and in containers: what breaks first where one program holds two
// ideas of Eigen's alignment.
void use_eigen() {
  for (int repeat = 0; repeat < 100; ++repeat) {
    const auto v = std::make_unique<Eigen::Vector4d>(1, 2, 3, 4);
    const auto m = std::make_unique<Eigen::Matrix4f>(Eigen::Matrix4f::Identity() * 2);
    require((*m * v->cast<float>()).sum() == 20, "a fixed-size product");

    std::vector<Eigen::Matrix4f> matrices(7, *m);
    std::vector<Eigen::VectorXf> vectors;
    for (Eigen::Index n = 1; n < 40; ++n) vectors.push_back(Eigen::VectorXf::Ones(n));
    for (Eigen::VectorXf& vector : vectors) vector.conservativeResize(vector.size() + 3);
    require(matrices.back().trace() == 8, "a matrix in a vector");

    const Eigen::MatrixXd a = Eigen::MatrixXd::Random(33, 17);
    const Eigen::MatrixXd gram = a.transpose() * a;
    require((gram - gram.transpose()).norm() == 0 && gram.trace() > 0, "a matrix of products");
  }
}

void use_base() {
  gradus::Random random(1, "consumer");
  gradus::Vector<float> numbers(10'000);
  for (float& x : numbers) x = static_cast<float>(random.uniform());
  Eigen::Map<const Eigen::VectorXf> seen(numbers.data(), static_cast<Eigen::Index>(numbers.size()));
  require(std::abs(seen.mean() - 0.5f) < 0.02f, "the mean of uniform numbers");

  Eigen::VectorXf doubled(seen.size());
  gradus::parallel_for(seen.size(), 64, [&](gradus::Index begin, gradus::Index end) {
    doubled.segment(begin, end - begin) = 2 * seen.segment(begin, end - begin);
  });
  require(doubled == 2 * seen, "numbers that went through both");

  try {
    gradus::set_threads(0);
    require(false, "an error is thrown");
  } catch (const gradus::Error&) {
  }
}

// Three clusters of points, made, learned and judged with numbers that go from Eigen to gradus and back.
template <class Scalar>
void use_network() {
  const Eigen::Index n = 300;
  Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor> points(n, 2);
  std::vector<gradus::Index> labels(n);
  gradus::Random random(1, "clusters");
  for (Eigen::Index i = 0; i < n; ++i) {
    const double angle = static_cast<double>(i % 3) * 2.1;
    labels[static_cast<std::size_t>(i)] = i % 3;
    points.row(i) << std::cos(angle) + 0.2 * random.normal(), std::sin(angle) + 0.2 * random.normal();
  }
  const gradus::Dataset data = gradus::Dataset::from_labelled_values(
      "clusters", std::vector<double>(points.data(), points.data() + points.size()), 2, labels, 3);

  gradus::Network network = gradus::mlp(
      {2, 16, 3}, {.activation = gradus::Activation::tanh, .weights = gradus::init::Orthogonal{}});
  gradus::Vector<Scalar> theta = network.parameters().initialize<Scalar>(1);
  gradus::Sgd<Scalar> sgd({.learning_rate = 0.1});
  const gradus::History history =
      gradus::train(network, std::span(theta), sgd, data, {.epochs = 20, .batch_size = 16});
  require(history.epochs.size() == 20, "a history of twenty epochs");

  const Eigen::VectorX<Scalar> copy = Eigen::Map<Eigen::VectorX<Scalar>>(theta.data(), std::ssize(theta));
  const std::span<const Scalar> parameters(copy.data(), static_cast<std::size_t>(copy.size()));
  const gradus::Evaluation evaluation = gradus::evaluate(network, parameters, data);
  require(evaluation.accuracy > 0.97, "the clusters are told apart");

  const auto outputs = gradus::Evaluator<Scalar>(network).outputs(parameters, data);
  Eigen::Map<const Eigen::Matrix<Scalar, Eigen::Dynamic, 3, Eigen::RowMajor>> scores(outputs.data(), n, 3);
  Eigen::Index right = 0;
  for (Eigen::Index i = 0, best; i < n; ++i) {
    scores.row(i).maxCoeff(&best);
    right += best == i % 3;
  }
  require(static_cast<double>(right) / n == *evaluation.accuracy, "Eigen counts what gradus counts");
}

}  // namespace

int main() {
  use_eigen();
  use_base();
  use_network<float>();
  use_network<double>();
  use_eigen();
  std::puts("consumer: all is well");
}
