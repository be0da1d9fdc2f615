#include "optim/first_order/sophia.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/optim/quadratic.h"

namespace gradus {
namespace {

using testing::HasSubstr;

TEST(Sophia, ClipsAndTakesAProductInEveryInterval) {
  // Where the curvature is −1 or 0, each step is −η sign(m).
  test::Quadratic<double> f({{-1, 0, 0}, {0, 0, 0}, {0, 0, 50}}, {1, 1, 1});
  Sophia<double> sophia({.learning_rate = 0.01, .gamma = 1, .interval = 3});
  sophia.reset(3);
  Vector<double> theta = {-2, 0, 3};
  for (int t = 1; t <= 40; ++t) {
    const Vector<double> before = theta;
    const StepReport report = sophia.step(f, theta);
    EXPECT_EQ(report.evaluations.gradients, 1);
    EXPECT_EQ(report.evaluations.products, t % 3 == 1 ? 1 : 0) << t;
    for (std::size_t i = 0; i < 3; ++i) EXPECT_LE(std::abs(theta[i] - before[i]), 0.01 + 1e-15) << t;
  }
  EXPECT_NEAR(theta[0], -2.4, 1e-12);
  EXPECT_NEAR(theta[1], 0.4, 1e-12);
}

class BrokenProduct : public test::Quadratic<double>, private Curvature<double> {
 public:
  BrokenProduct() : Quadratic({{1, 0}, {0, 1}}, {1, 1}) {}
  Curvature<double>& hessian(std::span<const double>) override { return *this; }

 private:
  void apply(std::span<const double>, std::span<double> out) override {
    out[0] = 1;
    out[1] = std::numeric_limits<double>::quiet_NaN();
  }
  double value(std::span<const double> theta) override { return Quadratic::value(theta); }
};

TEST(Sophia, LeavesThetaWhereTheProductIsNotFinite) {
  BrokenProduct f;
  Sophia<double> sophia;
  sophia.reset(2);
  Vector<double> theta = {3, 4};
  const StepReport report = sophia.step(f, theta);
  EXPECT_EQ(report.status, Status::non_finite);
  EXPECT_THAT(report.message, HasSubstr("θ[1]"));
  EXPECT_EQ(theta, (Vector<double>{3, 4}));
}

}  // namespace
}  // namespace gradus
