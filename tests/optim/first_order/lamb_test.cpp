#include "optim/first_order/lamb.h"

#include <gmock/gmock.h>

#include <cmath>

#include "optim/first_order/adam.h"
#include "optim/vector_math.h"
#include "tests/optim/given_gradients.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

const Layout layout({{"w", 0, 3, 4}, {"b", 12, 4, 1}});

test::GivenGradients<> losses() { return test::GivenGradients<>(test::normal_vector(16, "g")); }

TEST(Lamb, MovesEachBlockByAShareOfItsNorm) {
  test::GivenGradients<> f = losses();
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
  test::GivenGradients<> f = losses(), f_too = losses();
  Vector<double> theta(16, 0), expected(16, 0);
  Lamb<double> lamb({.learning_rate = 0.25, .epsilon = 0.01});
  Adam<double> adam({.learning_rate = 0.25, .epsilon = 0.01});
  lamb.reset(layout);
  adam.reset(layout);
  lamb.step(f, theta);
  adam.step(f_too, expected);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_NEAR(theta[i], expected[i], 1e-16);
}

// One element of the first matrix has a square, or a momentum, that is infinite in float: this matrix stays, others move, and
// the next step is an ordinary one.
TEST(Lamb, LeavesABlockWhereAnElementOverflows) {
  test::GivenGradients<float> f(
      8, [](Index t, Index i) { return i == 2 && t == 1 ? 3e38F : 1 + static_cast<float>(i); }, 1.F);
  Lamb<float> method;
  method.reset(Layout({{"a", 0, 2, 2}, {"b", 4, 2, 2}}));
  Vector<float> theta(8, 1);
  const StepReport report = method.step(f, theta);
  EXPECT_EQ(report.status, Status::non_finite);
  EXPECT_THAT(report.message, testing::HasSubstr("Step 1 overflows θ[2]"));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(theta[i], 1);
  EXPECT_NE(theta[4], 1);
  EXPECT_EQ(method.step(f, theta).status, Status::ok);
  EXPECT_NE(theta[2], 1);
}

}  // namespace
}  // namespace gradus
