#include "optim/first_order/lamb.h"

#include <gtest/gtest.h>

#include <cmath>

#include "optim/first_order/adam.h"
#include "optim/vector_math.h"
#include "tests/optim/linear_losses.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

const Layout layout({{"w", 0, 3, 4}, {"b", 12, 4, 1}});

test::LinearLosses losses() {
  return {16, [g = test::normal_vector(16, "g")](Index, Index i) { return g[static_cast<std::size_t>(i)]; }};
}

TEST(Lamb, MovesEachBlockByAShareOfItsNorm) {
  test::LinearLosses f = losses();
  Vector<double> theta = test::normal_vector(16, "theta");
  Lamb<double> lamb({.learning_rate = 0.03, .weight_decay = 0.5});
  lamb.reset(layout);
  for (int t = 1; t <= 20; ++t) {
    Vector<double> step = theta;
    const Vector<double> before = theta;
    lamb.step(f, theta);
    axpy(-1, theta, step);
    for (const Layout::Block& block : layout.blocks) {
      const auto o = static_cast<std::size_t>(block.offset), n = static_cast<std::size_t>(block.size());
      EXPECT_NEAR(norm(std::span(step).subspan(o, n)), 0.03 * norm(std::span(before).subspan(o, n)), 1e-14)
          << t;
    }
  }
}

TEST(Lamb, TakesAdamsStepFromZeroWeights) {
  test::LinearLosses f = losses(), f_too = losses();
  Vector<double> theta(16, 0), expected(16, 0);
  Lamb<double> lamb({.learning_rate = 0.25, .epsilon = 0.01});
  Adam<double> adam({.learning_rate = 0.25, .epsilon = 0.01});
  lamb.reset(layout);
  adam.reset(layout);
  lamb.step(f, theta);
  adam.step(f_too, expected);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_NEAR(theta[i], expected[i], 1e-16);
}

}  // namespace
}  // namespace gradus
