#include "optim/first_order/lion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "tests/optim/given_gradients.h"

namespace gradus {
namespace {

TEST(Lion, MovesEveryElementByTheLearningRate) {
  constexpr Index n = 50;
  constexpr double eta = 0.125;  // so that steps are exact
  test::GivenGradients<> f(n, [](Index t, Index i) {
    return std::exp2(10 * i - 250) * Random(1, "g", static_cast<std::uint64_t>(t * n + i)).normal();
  });
  Lion<double> lion({.learning_rate = eta});
  lion.reset(n);
  Vector<double> theta(n, 0);
  int ups = 0;
  for (int t = 1; t <= 100; ++t) {
    const Vector<double> before = theta;
    ASSERT_EQ(lion.step(f, theta).status, Status::ok);
    for (std::size_t i = 0; i < theta.size(); ++i) {
      ASSERT_EQ(std::abs(theta[i] - before[i]), eta) << t << ' ' << i;
      ups += theta[i] > before[i];
    }
  }
  EXPECT_GT(ups, 2000);
  EXPECT_LT(ups, 3000);
}

TEST(Lion, LeavesAnElementWithoutAGradient) {
  test::GivenGradients<> f(2, [](Index, Index i) { return static_cast<double>(i); });
  Lion<double> lion({.learning_rate = 0.5});
  lion.reset(2);
  Vector<double> theta = {3, 3};
  lion.step(f, theta);
  EXPECT_EQ(theta, (Vector<double>{3, 2.5}));
}

}  // namespace
}  // namespace gradus
