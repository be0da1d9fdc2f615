#include "optim/first_order/lars.h"

#include <gtest/gtest.h>

#include <cmath>

#include "optim/vector_math.h"
#include "tests/optim/given_gradients.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

// A matrix of 12 elements, a vector of 4, a row of 4.
const Layout layout({{"w", 0, 3, 4}, {"b", 12, 4, 1}, {"r", 16, 1, 4}});

struct Part {
  std::size_t offset, size;
};

double length(const Vector<double>& x, Part part) {
  return norm(std::span(x).subspan(part.offset, part.size));
}

Vector<double> difference(const Vector<double>& a, const Vector<double>& b) {
  Vector<double> c(a.size());
  for (std::size_t i = 0; i < c.size(); ++i) c[i] = a[i] - b[i];
  return c;
}

TEST(Lars, MovesAMatrixByAShareOfItsNorm) {
  for (const double size : {1e-100, 1.0, 1e100}) {
    const Vector<double> g = test::normal_vector(20, "g", size);
    test::GivenGradients<> f(g);
    Vector<double> theta = test::normal_vector(20, "theta");
    const Vector<double> start = theta;
    Lars<double> lars({.learning_rate = 0.3, .momentum = 0, .trust = 0.02});
    lars.reset(layout);
    lars.step(f, theta);
    const Vector<double> step = difference(start, theta);
    for (const Part matrix : {Part{0, 12}, Part{16, 4}})
      EXPECT_NEAR(length(step, matrix), 0.02 * 0.3 * length(start, matrix), 1e-14) << size;
    for (std::size_t i = 12; size == 1 && i < 16; ++i) EXPECT_NEAR(step[i], 0.3 * g[i], 1e-15);
  }
}

TEST(Lars, TakesThePlainStepFromZeroWeights) {
  const Vector<double> g = test::normal_vector(20, "g");
  test::GivenGradients<> f(g);
  Vector<double> theta(20, 0);
  Lars<double> lars({.learning_rate = 0.5, .trust = 0.02});
  lars.reset(layout);
  EXPECT_EQ(lars.step(f, theta).status, Status::ok);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(theta[i], -0.5 * g[i]);
}

}  // namespace
}  // namespace gradus
