#include "optim/first_order/lookahead.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <memory>

#include "optim/first_order/adam.h"
#include "optim/first_order/sgd.h"
#include "tests/optim/given_gradients.h"
#include "tests/optim/quadratic.h"

namespace gradus {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

test::Quadratic<double> quadratic() { return {{{3, 1}, {1, 0.5}}, {1, -2}}; }

TEST(Lookahead, IsItsInnerMethodWhereItGoesAllTheWay) {
  auto f = quadratic();
  Lookahead<double> lookahead(std::make_unique<Adam<double>>(AdamOptions{.learning_rate = 0.1}),
                              {.steps = 3, .rate = 1});
  Adam<double> adam({.learning_rate = 0.1});
  lookahead.reset(2);
  adam.reset(2);
  Vector<double> theta = {4, 4}, expected = {4, 4};
  for (int t = 1; t <= 50; ++t) {
    const StepReport report = lookahead.step(f, theta), of_adam = adam.step(f, expected);
    ASSERT_EQ(theta, expected) << t;
    EXPECT_EQ(report.loss, of_adam.loss);
    EXPECT_NEAR(report.step_norm, of_adam.step_norm, 1e-14);
  }
}

// The step that is reported is that of θ, from the fast weights back to the slow ones.
TEST(Lookahead, ReportsWhereItWent) {
  auto f = quadratic();
  Lookahead<double> lookahead(
      {.inner = R"({"method": "sgd", "learning_rate": 0.2})", .steps = 4, .rate = 0.25});
  lookahead.reset(2);
  Vector<double> theta = {4, 4};
  for (int t = 1; t <= 12; ++t) {
    const Vector<double> before = theta;
    const StepReport report = lookahead.step(f, theta);
    EXPECT_NEAR(report.step_norm, std::hypot(theta[0] - before[0], theta[1] - before[1]), 1e-14) << t;
  }
}

TEST(Lookahead, DoesNotCountStepsThatAreLeftOut) {
  const auto g = [](Index t, Index) { return t == 2 ? std::numeric_limits<double>::quiet_NaN() : 1.0; };
  test::GivenGradients<> f(1, g);
  Lookahead<double> lookahead(
      std::make_unique<Sgd<double>>(SgdOptions{.learning_rate = 1, .guards = {.skip_non_finite = 1}}),
      {.steps = 2, .rate = 0.5});
  lookahead.reset(1);
  Vector<double> theta = {0};
  lookahead.step(f, theta);
  EXPECT_EQ(theta[0], -1);
  EXPECT_EQ(lookahead.step(f, theta).status, Status::skipped);
  EXPECT_EQ(theta[0], -1);
  lookahead.step(f, theta);  // half the way to −2
  EXPECT_EQ(theta[0], -1);
  lookahead.step(f, theta);
  EXPECT_EQ(theta[0], -2);
}

TEST(Lookahead, SaysWhatIsWrongWithItsInnerMethod) {
  EXPECT_THAT([] { Lookahead<double>(nullptr, {}); },
              ThrowsMessage<Error>(HasSubstr("[lookahead] the inner method is null")));
  EXPECT_THAT([] { Lookahead<double>({.inner = R"({"method": "adma"})"}); },
              ThrowsMessage<Error>(HasSubstr("Did you mean \"adam\"?")));
  EXPECT_THAT([] { Lookahead<double>({.inner = R"({"method": "adam", "beta1": 2})"}); },
              ThrowsMessage<Error>(HasSubstr("[adam] beta1 must be")));
  Lookahead<double> lookahead;
  lookahead.reset(3);
  auto f = quadratic();
  Vector<double> theta = {1, 1};
  EXPECT_THAT([&] { lookahead.step(f, theta); },
              ThrowsMessage<Error>(HasSubstr("2 elements, but reset was called for 3")));
}

}  // namespace
}  // namespace gradus
