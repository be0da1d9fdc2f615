#include "optim/first_order/adamax.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "tests/optim/given_gradients.h"

namespace gradus {
namespace {

constexpr Index elements = 16;

Vector<double> after(int steps, double scale, Dialect dialect) {
  test::GivenGradients<> f(elements, [scale](Index t, Index i) {
    return scale * Random(1, "gradient", static_cast<std::uint64_t>(t * elements + i)).normal();
  });
  Adamax<double> adamax({.learning_rate = 0.01, .dialect = dialect});
  adamax.reset(elements);
  Vector<double> theta(elements, 1);
  for (int t = 0; t < steps; ++t) EXPECT_EQ(adamax.step(f, theta).status, Status::ok);
  return theta;
}

// To the last bit where the scale is a power of 2, which rounds nothing.
TEST(Adamax, DoesNotChangeWithTheScaleOfTheGradient) {
  for (const Dialect dialect : {Dialect::paper, Dialect::lecture}) {
    const Vector<double> theta = after(300, 1, dialect);
    for (const double scale : {std::exp2(-400), 0.125, 1024.0, std::exp2(400)})
      EXPECT_EQ(after(300, scale, dialect), theta) << scale;
    for (const double scale : {1e-200, 0.3, 1e5}) {
      const Vector<double> other = after(300, scale, dialect);
      for (std::size_t i = 0; i < theta.size(); ++i) EXPECT_NEAR(other[i], theta[i], 1e-13) << scale;
    }
  }
}

// ε, where there is one, ends that.
TEST(Adamax, ChangesWithTheScaleInTheLibrariesForms) {
  for (const Dialect dialect : {Dialect::torch, Dialect::keras})
    EXPECT_GT(std::abs(after(300, 1e-9, dialect)[0] - after(300, 1, dialect)[0]), 1e-3) << name(dialect);
}

TEST(Adamax, LeavesAnElementWithoutAGradient) {
  test::GivenGradients<> f(2, [](Index, Index i) { return i == 0 ? 0.0 : 1.0; });
  Adamax<double> adamax({.learning_rate = 0.01});
  adamax.reset(2);
  Vector<double> theta = {5, 5};
  EXPECT_EQ(adamax.step(f, theta).status, Status::ok);
  EXPECT_EQ(theta, (Vector<double>{5, 5 - 0.01}));
}

}  // namespace
}  // namespace gradus
