#include "optim/first_order/nesterov.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "optim/first_order/momentum.h"
#include "tests/optim/quadratic.h"

namespace gradus {
namespace {

using test::Quadratic;

// Remembers where the gradient was taken.
class Watched : public Quadratic<double> {
 public:
  using Quadratic::Quadratic;
  double gradient(View theta, Ref out) override {
    point.assign(theta.begin(), theta.end());
    return Quadratic::gradient(theta, out);
  }
  Vector<double> point;
};

// A = QΛQᵀ with Q the rotation by 0.7.
constexpr std::array lambda{5.0, 0.3};
const double c = std::cos(0.7), s = std::sin(0.7);
Watched rotated() {
  const double b = c * s * (lambda[0] - lambda[1]);
  return {{{c * c * lambda[0] + s * s * lambda[1], b}, {b, s * s * lambda[0] + c * c * lambda[1]}}, {1, -2}};
}
std::array<double, 2> in_eigenbasis(double x, double y) { return {c * x + s * y, -s * x + c * y}; }

// Sutskever, Martens, Dahl & Hinton 2013, Theorem 2.1: along the eigenvector of curvature λ it is momentum with the
// coefficient μ (1 − λη), also where μ changes from step to step.
TEST(Nesterov, IsMomentumWithASmallerCoefficientInEachEigendirection) {
  const double eta = 0.15;
  for (const double kept : {1.0, 0.97}) {
    const auto mu = [&](double of_it) { return schedules::Exponential{.rate = 0.9 * of_it, .decay = kept}; };
    Watched f = rotated();
    Nesterov<double> nesterov({.learning_rate = eta, .momentum = mu(1)});
    nesterov.reset(2);
    Vector<double> theta = {-1, 3};

    const std::array b = in_eigenbasis(1, -2), start = in_eigenbasis(theta[0], theta[1]);
    std::array<Vector<double>, 2> y = {Vector<double>{start[0]}, {start[1]}};
    std::array<Quadratic<double>, 2> along = {Quadratic<double>{{{lambda[0]}}, {b[0]}},
                                              {{{lambda[1]}}, {b[1]}}};
    std::array<Momentum<double>, 2> momentum = {
        Momentum<double>({.learning_rate = eta, .momentum = mu(1 - lambda[0] * eta)}),
        Momentum<double>({.learning_rate = eta, .momentum = mu(1 - lambda[1] * eta)})};
    for (auto& m : momentum) m.reset(1);

    for (int t = 1; t <= 100; ++t) {
      nesterov.step(f, theta);
      const std::array now = in_eigenbasis(theta[0], theta[1]);
      for (std::size_t i = 0; i < 2; ++i) {
        momentum[i].step(along[i], y[i]);
        ASSERT_NEAR(now[i], y[i][0], 1e-12) << "step " << t << ", λ = " << lambda[i] << ", μ kept " << kept;
      }
    }
  }
}

// The θ of the libraries' forms is the θ + μv of the paper's, where it takes the gradient.
TEST(Nesterov, IsInTheLibrariesFormsWhereThePapersTakesTheGradient) {
  Watched f = rotated();
  Nesterov<double> nesterov({.learning_rate = 0.1, .momentum = 0.8});
  nesterov.reset(2);
  Vector<double> theta = {-1, 3};
  for (const Dialect dialect : {Dialect::torch, Dialect::keras}) {
    theta = {-1, 3};
    nesterov.reset(2);
    Watched own = rotated();
    Vector<double> other = theta;
    Nesterov<double> library({.learning_rate = 0.1, .momentum = 0.8, .dialect = dialect});
    library.reset(2);
    for (int t = 1; t <= 50; ++t) {
      nesterov.step(f, theta);
      for (std::size_t i = 0; i < 2; ++i) ASSERT_NEAR(other[i], f.point[i], 1e-12) << name(dialect) << t;
      library.step(own, other);
    }
  }
}

// The step's loss and gradient are those of the point ahead, and so is the penalty.
TEST(Nesterov, PenalisesThePointAhead) {
  const double eta = 0.1, mu = 0.8, l2 = 0.5;
  Quadratic<double> f({{0}}, {1}), penalised({{l2}}, {1});
  Nesterov<double> by_guard({.learning_rate = eta, .momentum = mu, .guards = {.l2 = l2}});
  Nesterov<double> by_loss({.learning_rate = eta, .momentum = mu});
  by_guard.reset(1);
  by_loss.reset(1);
  Vector<double> one = {3}, two = {3};
  for (int t = 1; t <= 50; ++t) {
    by_guard.step(f, one);
    by_loss.step(penalised, two);
    ASSERT_NEAR(one[0], two[0], 1e-12) << t;
  }
}

}  // namespace
}  // namespace gradus
