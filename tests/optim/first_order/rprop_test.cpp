#include "optim/first_order/rprop.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "tests/optim/given_gradients.h"

namespace gradus {
namespace {

constexpr Index elements = 40;

Vector<double> after(int steps, double scale, Dialect dialect) {
  test::GivenGradients<> f(elements, [scale](Index t, Index i) {
    return scale * Random(1, "gradient", static_cast<std::uint64_t>(t * elements + i)).normal();
  });
  Rprop<double> rprop({.dialect = dialect});
  rprop.reset(elements);
  Vector<double> theta(elements, 1);
  for (int t = 0; t < steps; ++t) EXPECT_EQ(rprop.step(f, theta).status, Status::ok);
  return theta;
}

// Also where a product of two gradients would be 0 or infinite.
TEST(Rprop, IgnoresTheSizeOfTheGradient) {
  for (const Dialect dialect : {Dialect::paper, Dialect::torch}) {
    const Vector<double> theta = after(200, 1, dialect);
    EXPECT_NE(theta, Vector<double>(elements, 1));
    for (const double scale : {1e-200, 1e-3, 1e3, 1e200})
      EXPECT_EQ(after(200, scale, dialect), theta) << scale;
  }
}

// Steps 0.1, 0.12, 0.144; where the sign changes the paper goes back, torch stays; then on with half the step.
TEST(Rprop, TakesBackAMoveWhereTheSignChanges) {
  const auto g = [](Index t, Index) { return t == 4 ? 5.0 : -1.0; };
  for (const Dialect dialect : {Dialect::paper, Dialect::torch}) {
    test::GivenGradients<> f(1, g);
    Rprop<double> rprop({.dialect = dialect});
    rprop.reset(1);
    Vector<double> theta = {0};
    const double back = dialect == Dialect::paper ? 0.144 : 0;
    for (const double expected : {0.1, 0.22, 0.364, 0.364 - back, 0.436 - back, 0.5224 - back}) {
      rprop.step(f, theta);
      EXPECT_NEAR(theta[0], expected, 1e-15) << name(dialect);
    }
  }
}

}  // namespace
}  // namespace gradus
