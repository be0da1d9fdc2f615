#include "optim/first_order/adafactor.h"

#include <gmock/gmock.h>

#include <cmath>

#include "optim/vector_math.h"
#include "tests/optim/given_gradients.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

// Where G² = a bᵀ, the factored second moment is G² itself, and U its sign; also where a and b are far apart, in float.
class RankOne : public Objective<float> {
 public:
  Index size() const override { return 12; }
  float value(View) override { return 0; }
  float gradient(View, Ref out) override {
    const float a[] = {1e-9F, 1, 2e3F}, b[] = {1e-6F, -3, 1e3F, 2e-3F};
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 4; ++j) out[4 * i + j] = a[i] * b[j];
    return 0;
  }
};

TEST(Adafactor, IsExactForAGradientOfRankOne) {
  RankOne f;
  Vector<float> theta = test::normal_vector<float>(12, "theta");
  Adafactor<float> adafactor({.epsilon1 = 0});
  adafactor.reset(Layout({{"w", 0, 3, 4}}));
  for (int t = 1; t <= 5; ++t) {
    const Vector<float> before = theta;
    ASSERT_EQ(adafactor.step(f, theta).status, Status::ok);
    const double alpha = 0.01 * norm(std::span<const float>(before)) / std::sqrt(12);
    for (std::size_t i = 0; i < 12; ++i)
      EXPECT_NEAR(before[i] - theta[i], i % 4 == 1 ? -alpha : alpha, 1e-6) << t << ' ' << i;
  }
}

class Sizes : public StateVisitor {
 public:
  void integer(std::string_view, std::int64_t&) override {}
  void scalar(std::string_view, double&) override {}
  void vector(std::string_view, std::span<float> values) override { numbers += values.size(); }
  void vector(std::string_view, std::span<double> values) override { numbers += values.size(); }
  std::size_t numbers = 0;
};

TEST(Adafactor, KeepsRowAndColumnSumsAlone) {
  Adafactor<float> adafactor;
  adafactor.reset(Layout({{"w", 0, 300, 200}, {"b", 60000, 300, 1}}));
  Sizes sizes;
  adafactor.visit(sizes);
  EXPECT_EQ(sizes.numbers, 300u + 200u + 300u + 1u);
}

// Zeros count as ε₂, so that they leave 0.
TEST(Adafactor, LeavesZero) {
  test::GivenGradients<> f(2, [](Index, Index i) { return i == 0 ? 1e-8 : -1e8; });
  Adafactor<double> adafactor;
  adafactor.reset(2);
  Vector<double> theta(2, 0);
  adafactor.step(f, theta);
  EXPECT_NEAR(theta[0], -1e-5, 1e-18);
  EXPECT_NEAR(theta[1], 1e-5, 1e-18);
}

// In the second step the squares of the second matrix's last row overflow: nothing is changed, not the first either.
TEST(Adafactor, LeavesOutAStepWhoseSumsOverflow) {
  const Layout layout({{"a", 0, 2, 2}, {"b", 4, 2, 2}});
  const auto g = [](bool breaks) {
    return [breaks](Index t, Index i) {
      return breaks && t == 2 && i == 7 ? 1e160 : 1 + static_cast<double>(i);
    };
  };
  test::GivenGradients<> f(8, g(true), 1.0), whole(8, g(false), 1.0);
  Adafactor<double> adafactor({.guards = {.skip_non_finite = 1}}), undisturbed;
  adafactor.reset(layout);
  undisturbed.reset(layout);
  Vector<double> theta(8, 1), expected(8, 1);
  adafactor.step(f, theta);
  const StepReport report = adafactor.step(f, theta);
  EXPECT_EQ(report.status, Status::skipped);
  EXPECT_THAT(report.message,
              testing::HasSubstr("The sum of the squared gradients up to the row of θ[6] is inf in step 2"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(adafactor.step(f, theta).status, Status::ok);
  for (int i = 0; i < 4; ++i) undisturbed.step(whole, expected);
  EXPECT_EQ(theta, expected);
}

}  // namespace
}  // namespace gradus
