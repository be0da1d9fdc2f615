#include <gradus/gradus.h>

#include <Eigen/Core>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
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

}  // namespace

int main() {
  use_eigen();
  use_base();
  use_eigen();
  std::puts("consumer: all is well");
}
