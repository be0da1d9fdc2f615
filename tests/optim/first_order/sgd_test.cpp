#include "optim/first_order/sgd.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <limits>

#include "optim/vector_math.h"
#include "tests/optim/given_gradients.h"
#include "tests/optim/quadratic.h"
#include "tests/support/count_allocations.h"

namespace gradus {
namespace {

using test::Quadratic;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// A = QΛQᵀ with Q a rotation: θ_k − θ* = Q (I − ηΛ)^k Qᵀ (θ_0 − θ*).
TEST(Sgd, FollowsTheClosedFormOnAQuadratic) {
  const double c = std::cos(0.7), s = std::sin(0.7), l1 = 5, l2 = 0.1, eta = 0.3;
  const double a = c * c * l1 + s * s * l2, b = c * s * (l1 - l2), d = s * s * l1 + c * c * l2;
  const double minimum[] = {1.5, -2};
  Quadratic<double> f({{a, b}, {b, d}}, {a * minimum[0] + b * minimum[1], b * minimum[0] + d * minimum[1]});

  Vector<double> theta = {-1, 3};
  const double p = c * (theta[0] - minimum[0]) + s * (theta[1] - minimum[1]);
  const double q = -s * (theta[0] - minimum[0]) + c * (theta[1] - minimum[1]);
  Sgd<double> sgd({.learning_rate = eta});
  sgd.reset(2);
  for (int k = 1; k <= 50; ++k) {
    const Vector<double> before = theta;
    const StepReport report = sgd.step(f, theta);
    const double pk = std::pow(1 - eta * l1, k) * p, qk = std::pow(1 - eta * l2, k) * q;
    EXPECT_NEAR(theta[0], minimum[0] + c * pk - s * qk, 1e-12) << k;
    EXPECT_NEAR(theta[1], minimum[1] + s * pk + c * qk, 1e-12) << k;

    EXPECT_EQ(report.status, Status::ok);
    EXPECT_DOUBLE_EQ(report.loss, f.value(before));
    const double moved = std::hypot(theta[0] - before[0], theta[1] - before[1]);
    EXPECT_NEAR(report.step_norm, moved, 1e-12);
    EXPECT_NEAR(report.gradient_norm, moved / eta, 1e-11);
    EXPECT_EQ(report.evaluations.gradients, 1);
    EXPECT_EQ(report.evaluations.values + report.evaluations.products, 0);
  }
}

TEST(Sgd, StepsLongVectorsAsOneByOne) {
  const std::size_t n = 100001;
  Vector<float> g(n), theta(n), expected(n);
  for (std::size_t i = 0; i < n; ++i) {
    g[i] = std::sin(static_cast<float>(i));
    theta[i] = std::cos(static_cast<float>(i));
    expected[i] = theta[i] - 0.1f * g[i];
  }
  test::GivenGradients<float> f(g, 1.0F);
  Sgd sgd({.learning_rate = 0.1});
  sgd.reset(static_cast<Index>(n));
  sgd.step(f, theta);
  // With or without a fused multiply-add.
  for (std::size_t i = 0; i < n; ++i) ASSERT_NEAR(theta[i], expected[i], 2e-7f) << i;
}

TEST(Sgd, LeavesThetaWhereSomethingIsNotFinite) {
  struct Case {
    double loss;
    Vector<double> g;
    std::string says;
  };
  for (const Case& c : {Case{nan, {1, 1, 1}, "The loss is nan in step 1; θ"},
                        Case{infinity, {1, 1, 1}, "The loss is inf in step 1; θ"},
                        Case{0.5, {1, nan, infinity}, "The gradient of θ[1] is nan in step 1 (loss 0.5)"},
                        Case{0.5, {1, 1, -infinity}, "The gradient of θ[2] is -inf in step 1 (loss 0.5)"},
                        Case{0.5, {1e308, 1e308, 1.7e308}, "norm overflows"}}) {
    test::GivenGradients<double> f(c.g, c.loss);
    const Vector<double> start = {1, 2, -1e308};
    Vector<double> theta = start;
    Sgd<double> sgd({.learning_rate = 10});
    sgd.reset(3);
    const StepReport report = sgd.step(f, theta);
    EXPECT_EQ(report.status, Status::non_finite);
    EXPECT_THAT(report.message, AllOf(HasSubstr(c.says), HasSubstr("θ is left as it was"),
                                      Not(HasSubstr("smaller learning rate"))));
    EXPECT_EQ(report.step_norm, 0);
    EXPECT_EQ(theta, start);
  }
}

// Where steps have been taken, and may have been too long.
TEST(Sgd, AdvisesASmallerRateAfterTheFirstStep) {
  class Diverging : public test::GivenGradients<double> {
   public:
    using GivenGradients::GivenGradients;
    double value(View) override { return ++calls == 1 ? 1 : infinity; }
    int calls = 0;
  } f({1, 1});
  Sgd<double> sgd({.learning_rate = 10});
  sgd.reset(2);
  Vector<double> theta = {1, 2};
  sgd.step(f, theta);
  EXPECT_EQ(sgd.step(f, theta).message,
            "The loss is inf in step 2; θ is left as it was. A smaller learning rate than 10 may help.");
}

TEST(Sgd, LeavesAnElementThatWouldOverflow) {
  test::GivenGradients<double> f({1, 1e308, 1e308}, 0.5);
  Vector<double> theta = {1, 2, -1e308};
  Sgd<double> sgd({.learning_rate = 10});
  sgd.reset(3);
  const StepReport report = sgd.step(f, theta);
  EXPECT_EQ(report.status, Status::non_finite);
  EXPECT_THAT(report.message,
              HasSubstr("Step 1 overflows θ[1] or its state (learning rate 10, gradient 1e+308)"));
  EXPECT_EQ(theta, (Vector<double>{-9, 2, -1e308}));
}

TEST(Sgd, TakesLargeStepsThatStayFinite) {
  test::GivenGradients<float> f({-1e38f, 1}, 0.0F);
  Vector<float> theta = {-1e38f, 0};
  Sgd sgd({.learning_rate = 2});
  sgd.reset(2);
  EXPECT_EQ(sgd.step(f, theta).status, Status::ok);
  EXPECT_EQ(theta, (Vector<float>{1e38f, -2}));
}

TEST(Sgd, RefusesLearningRatesOutOfRange) {
  for (const double rate : {0.0, -0.1, nan, infinity})
    EXPECT_THAT([&] { Sgd<double>({.learning_rate = rate}); },
                ThrowsMessage<Error>(AllOf(HasSubstr("learning_rate"), HasSubstr(fmt::format("{}", rate)))));
  // In float these are 0 and infinite.
  EXPECT_THROW(Sgd<float>({.learning_rate = 1e-60}), Error);
  EXPECT_THROW(Sgd<float>({.learning_rate = 1e60}), Error);
  EXPECT_NO_THROW(Sgd<double>({.learning_rate = 1e-60}));
}

TEST(Sgd, RefusesAVectorThatItWasNotResetFor) {
  Quadratic<float> f({{1, 0}, {0, 1}}, {0, 0});
  Vector<float> theta = {1, 1};
  Sgd sgd;
  EXPECT_THAT([&] { sgd.step(f, theta); },
              ThrowsMessage<Error>(HasSubstr("2 elements, but reset was called for 0")));
  sgd.reset(3);
  EXPECT_THROW(sgd.step(f, theta), Error);
  EXPECT_EQ(theta, (Vector<float>{1, 1}));
}

TEST(Sgd, AStepAllocatesNothing) {
  Quadratic<double> f({{2, 0}, {0, 1}}, {1, 1});
  Vector<double> theta = {0, 0};
  Sgd<double> sgd;
  sgd.reset(2);
  sgd.step(f, theta);
  const auto before = test::allocations();
  for (int i = 0; i < 100; ++i) sgd.step(f, theta);
  EXPECT_EQ(test::allocations(), before);
}

}  // namespace
}  // namespace gradus
