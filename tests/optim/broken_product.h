#pragma once
#include <gmock/gmock.h>

#include <algorithm>
#include <limits>

#include "optim/optimizer.h"
#include "tests/optim/quadratic.h"

namespace gradus::test {

/// ½ ‖θ‖² − Σ θ in two dimensions, whose k-th Hessian product is NaN in its second element.
class BrokenProduct : public Quadratic<double>, private Curvature<double> {
 public:
  explicit BrokenProduct(int k) : Quadratic({{1, 0}, {0, 1}}, {1, 1}), k_(k) {}
  Curvature<double>& hessian(std::span<const double>) override { return *this; }

 private:
  void apply(std::span<const double> v, std::span<double> out) override {
    std::ranges::copy(v, out.begin());
    if (++products_ == k_) out[1] = std::numeric_limits<double>::quiet_NaN();
  }
  double value(std::span<const double> theta) override { return Quadratic::value(theta); }
  int k_, products_ = 0;
};

/// That a method says so, leaves θ, and goes on as if that step had not been.
template <class Method, class Options>
void expect_left_out_where_the_product_is_not_finite(Options options) {
  options.guards.skip_non_finite = 1;
  Method method(options), undisturbed(options);
  BrokenProduct f(2), whole(0);
  method.reset(2);
  undisturbed.reset(2);
  Vector<double> theta = {3, 4}, expected = theta;
  method.step(f, theta);
  const Vector<double> before = theta;
  const StepReport report = method.step(f, theta);
  EXPECT_EQ(report.status, Status::skipped);
  EXPECT_THAT(report.message, testing::HasSubstr("The Hessian product of θ[1] is nan in step 2 (loss"));
  EXPECT_EQ(theta, before);
  for (int i = 0; i < 3; ++i) method.step(f, theta);
  for (int i = 0; i < 4; ++i) undisturbed.step(whole, expected);
  EXPECT_EQ(theta, expected);

  options.guards.skip_non_finite = 0;
  Method strict(options);
  BrokenProduct first(1);
  strict.reset(2);
  EXPECT_EQ(strict.step(first, theta).status, Status::non_finite);
  EXPECT_EQ(theta, expected);
}

}  // namespace gradus::test
