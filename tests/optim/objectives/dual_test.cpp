#include "optim/objectives/dual.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>

namespace gradus {
namespace {

using First = Dual<double>;
using Second = Dual<First>;

// One function of x, as the dual numbers have it, and its value and derivatives by hand.
struct Case {
  const char* name;
  double x;
  Second (*function)(const Second&);
  double value, slope, bend;
};

class DualFunctions : public testing::TestWithParam<Case> {};

// A handful of roundings.
constexpr double relative = 8 * std::numeric_limits<double>::epsilon();

TEST_P(DualFunctions, CarryValueAndDerivatives) {
  const Case& c = GetParam();
  const Second y = c.function(Second(First(c.x, 1), First(1, 0)));
  EXPECT_NEAR(y.v.v, c.value, relative * std::abs(c.value));
  EXPECT_NEAR(y.v.d, c.slope, relative * std::abs(c.slope));
  EXPECT_NEAR(y.d.v, c.slope, relative * std::abs(c.slope));
  EXPECT_NEAR(y.d.d, c.bend, relative * std::abs(c.bend));
  EXPECT_EQ(primal(y), y.v.v);
}

INSTANTIATE_TEST_SUITE_P(
    All, DualFunctions,
    testing::Values(
        Case{"sum", 3, [](const Second& x) { return x + x + 1 + (2 + x); }, 12, 3, 0},
        Case{"difference", 3, [](const Second& x) { return 1 - x - (x - 2) - (-x) - x; }, -3, -2, 0},
        Case{"product", 3, [](const Second& x) { return 2 * x * x * x * 0.5; }, 27, 27, 18},
        Case{"quotient", 3, [](const Second& x) { return (x + 1) / (x * x) / 2; }, 2.0 / 9, -5.0 / 54,
             2.0 / 27},
        Case{"reciprocal", 0.5, [](const Second& x) { return 3 / x; }, 6, -12, 48},
        Case{"in place", 3,
             [](const Second& x) {
               Second y = x;
               y *= x;
               y += 5;
               y -= x;
               return y;
             },
             11, 5, 2},
        Case{"exp", 0.5, [](const Second& x) { return exp(2 * x); }, std::exp(1), 2 * std::exp(1),
             4 * std::exp(1)},
        Case{"log", 3, [](const Second& x) { return log(x * x); }, std::log(9), 2.0 / 3, -2.0 / 9},
        Case{"sqrt", 4, [](const Second& x) { return sqrt(x); }, 2, 0.25, -1.0 / 32},
        Case{"sin", 1, [](const Second& x) { return sin(2 * x); }, std::sin(2), 2 * std::cos(2),
             -4 * std::sin(2)},
        Case{"cos", 1, [](const Second& x) { return cos(2 * x); }, std::cos(2), -2 * std::sin(2),
             -4 * std::cos(2)},
        Case{"atan", 2, [](const Second& x) { return atan(x); }, std::atan(2), 0.2, -0.16},
        Case{"abs", -2, [](const Second& x) { return abs(x * x * x); }, 8, -12, 12},
        Case{"abs positive", 2, [](const Second& x) { return abs(x * x * x); }, 8, 12, 12},
        Case{"power", 4, [](const Second& x) { return pow(x, 1.5); }, 8, 3, 0.375},
        Case{"exponential", 3, [](const Second& x) { return pow(Second(2), x); }, 8, 8 * std::log(2),
             8 * std::log(2) * std::log(2)},
        Case{"both", 2, [](const Second& x) { return pow(x, x); }, 4, 4 * (1 + std::log(2)),
             4 * ((1 + std::log(2)) * (1 + std::log(2)) + 0.5)}),
    [](const auto& of) {
      std::string name = of.param.name;
      std::ranges::replace(name, ' ', '_');
      return name;
    });

TEST(Dual, MixedDerivativesAreInBothDirections) {
  // ∂²/∂x∂y of x² y³ = 6 x y², at (3, 2)
  const Second x(First(3, 1), First(0)), y(First(2), First(1, 0));
  const Second f = x * x * y * y * y;
  EXPECT_EQ(f.v.v, 72);
  EXPECT_EQ(f.v.d, 48);
  EXPECT_EQ(f.d.v, 108);
  EXPECT_EQ(f.d.d, 72);
}

TEST(Dual, APowerOfZeroHasTheLimitsDerivatives) {
  const First base(0, 1), exponent(1.5, 1);
  EXPECT_EQ(pow(base, 1.5).d, 0);
  EXPECT_EQ(pow(First(0), exponent).d, 0);
  const Second second = pow(Second(First(0, 1), First(1, 0)), 2);
  EXPECT_EQ(second.v.d, 0);
  EXPECT_EQ(second.d.d, 2);
  EXPECT_EQ(pow(base, 0.5).d, std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace gradus
