#pragma once
#include <gtest/gtest.h>

#include <cmath>

#include "optim/optimizer.h"
#include "tests/optim/line_search/functions.h"
#include "tests/support/normal_vector.h"

namespace gradus::test {

/// ½ (x − c)ᵀA(x − c): another function with each c.
class MovingQuadratic : public Objective<double> {
 public:
  MovingQuadratic(std::vector<std::vector<double>> a, Vector<double> c)
      : a_(std::move(a)), c_(std::move(c)) {}
  Index size() const override { return std::ssize(c_); }
  std::uint64_t version() const override { return version_; }
  double value(View x) override {
    const Vector<double> z = difference(x, c_);
    return dot(std::span<const double>(z), product(a_, z)) / 2;
  }
  double gradient(View x, Ref out) override {
    std::ranges::copy(product(a_, difference(x, c_)), out.begin());
    return value(x);
  }
  void move_to(Vector<double> c) {
    c_ = std::move(c);
    ++version_;
  }

 private:
  std::vector<std::vector<double>> a_;
  Vector<double> c_;
  std::uint64_t version_ = 0;
};

/// After each step, by s, the function becomes the one whose gradient is A s. H (A s) = s holds of every quasi-Newton method whose
/// newest pair is s and y = A s: it then steps by −s, back to where it was. A y between gradients of two functions would be
/// off by as much as their minima are apart.
inline void expect_pairs_of_one_function(Optimizer<double>& method) {
  const auto a = matrix_of({1, 2, 5, 10, 20, 50});
  MovingQuadratic f(a, Vector<double>(6, 1));
  method.reset(6);
  Vector<double> theta = {3, -1, 2, 0.5, -2, 1};
  for (int k = 0; k < 20; ++k) {
    f.move_to(normal_vector(6, ("minimum " + std::to_string(k)).c_str()));
    const Vector<double> before = theta;
    ASSERT_EQ(method.step(f, theta).status, Status::ok);
    const Vector<double> s = difference(theta, before);
    f.move_to(before);  // = θ − s
    const StepReport report = method.step(f, theta);
    EXPECT_EQ(report.step_size, 1) << k;
    EXPECT_LE(norm(std::span<const double>(difference(theta, before))),
              1e-11 * norm(std::span<const double>(s)))
        << k;
    // What the way back has taught is A s once more.
  }
}

/// Concave all around, and falling: −½ (x₁² + 3 x₂²).
class Concave : public Objective<double> {
 public:
  Index size() const override { return 2; }
  double value(View x) override { return -(x[0] * x[0] + 3 * x[1] * x[1]) / 2; }
  double gradient(View x, Ref out) override {
    out[0] = -x[0];
    out[1] = -3 * x[1];
    return value(x);
  }
};
/// Which a concave function always satisfies.
inline constexpr LineSearch to_the_first_trial{.kind = LineSearch::Kind::backtracking};

/// Quadratics in float whose unit is anything but 1: a run to its end reaches the least loss up to rounding, and says so.
template <class Make>
void expect_the_rounding_floor(const Make& make, int most_steps) {
  const std::vector<double> eigenvalues = {1, 3, 7, 20, 60};
  const auto a = matrix_of(eigenvalues);
  for (const double unit_of_f : {1e-12, 1e-4, 1.0, 1e6, 1e15})
    for (const double unit_of_theta : {1e-6, 1.0, 1e4}) {
      SCOPED_TRACE(testing::Message() << unit_of_f << ", " << unit_of_theta);
      const double scale = unit_of_f / (unit_of_theta * unit_of_theta);
      const Vector<double> minimum = {1, -2, 3, 0.5, -1}, a_x = product(a, minimum);
      std::vector<std::vector<float>> rows(5, std::vector<float>(5));
      std::vector<float> b(5);
      for (std::size_t i = 0; i < 5; ++i) {
        for (std::size_t j = 0; j < 5; ++j) rows[i][j] = static_cast<float>(scale * a[i][j]);
        b[i] = static_cast<float>(scale * unit_of_theta * a_x[i]);
      }
      Quadratic<float> f(rows, b);
      auto method = make();
      method.reset(5);
      Vector<float> theta(5);
      for (std::size_t i = 0; i < 5; ++i)
        theta[i] = static_cast<float>(unit_of_theta * (i % 2 == 0 ? 5 : -4));
      StepReport report;
      int steps = 0;
      for (; steps < most_steps && report.status == Status::ok; ++steps) report = method.step(f, theta);
      EXPECT_TRUE(report.status == Status::rounding_floor || report.status == Status::converged)
          << name(report.status) << " after " << steps << " steps: " << report.message;

      Vector<float> g(5);
      const double loss = static_cast<double>(f.gradient(theta, g));
      EXPECT_TRUE(report.status != Status::converged || norm(std::span<const float>(g)) == 0);
      // The sum of |f's terms| is some 3·2 times the least value, so rounding is within 64 units of it; not a sharp bound.
      const double least = -0.5 * dot(std::span<const double>(minimum), a_x) * unit_of_f;
      EXPECT_NEAR(loss, least, 64 * 0x1p-24 * std::abs(least));
    }
}

}  // namespace gradus::test
