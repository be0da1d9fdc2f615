#include "optim/objectives/least_squares.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/count_allocations.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

template <class Scalar>
class LeastSquaresOf : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(LeastSquaresOf, Scalars);

// f_1 = x_1² x_2 − 1, f_2 = x_1 − x_2, f_3 = 2 x_2: small whole numbers, so that nothing is rounded.
auto cubic() {
  return make_residuals(2, 3, [](auto x, auto f) {
    f(1) = x(1) * x(1) * x(2) - 1;
    f(2) = x(1) - x(2);
    f(3) = 2 * x(2);
  });
}

TYPED_TEST(LeastSquaresOf, ValuesAndDerivativesAreExact) {
  LeastSquares<TypeParam> f(cubic());
  // At (2, 3): f = (11, −1, 6), J = (12 4; 1 −1; 0 2), ∇²f_1 = (6 4; 4 0).
  const Vector<TypeParam> x = {2, 3}, v = {1, -2};
  Vector<TypeParam> out(2);
  EXPECT_EQ(f.size(), 2);
  EXPECT_EQ(f.value(x), 158);
  EXPECT_EQ(f.gradient(x, out), 158);
  EXPECT_EQ(out, (Vector<TypeParam>{262, 114}));
  f.gauss_newton(x).apply(v, out);  // 2 JᵀJ = (290 94; 94 42)
  EXPECT_EQ(out, (Vector<TypeParam>{102, 10}));
  f.hessian(x).apply(v, out);  // + 22 ∇²f_1
  EXPECT_EQ(out, (Vector<TypeParam>{102 + 132 - 176, 10 + 88}));
}

TYPED_TEST(LeastSquaresOf, EachCurvatureKeepsItsPoint) {
  LeastSquares<TypeParam> f(cubic());
  const Vector<TypeParam> x = {2, 3}, elsewhere = {-1, 5}, v = {1, -2};
  Vector<TypeParam> before(2), after(2);
  Curvature<TypeParam>& hessian = f.hessian(x);
  hessian.apply(v, before);
  f.gauss_newton(elsewhere);
  f.gradient(elsewhere, after);
  EXPECT_EQ(hessian.value(elsewhere), f.value(elsewhere));
  hessian.apply(v, after);
  EXPECT_EQ(after, before);
  f.hessian(elsewhere).apply(v, after);
  EXPECT_NE(after, before);
}

TYPED_TEST(LeastSquaresOf, NothingIsAllocatedAfterTheConstructor) {
  LeastSquares<TypeParam> f(cubic());
  const Vector<TypeParam> x = {2, 3}, v = {1, -2};
  Vector<TypeParam> out(2);
  const auto before = test::allocations();
  f.value(x);
  f.gradient(x, out);
  f.hessian(x).apply(v, out);
  f.gauss_newton(x).apply(v, out);
  EXPECT_EQ(test::allocations(), before);
}

TYPED_TEST(LeastSquaresOf, ThereMayBeNoUnknownsOrNoResiduals) {
  LeastSquares<TypeParam> constant(make_residuals(0, 1, [](auto, auto f) { f(1) = 3; }));
  EXPECT_EQ(constant.size(), 0);
  EXPECT_EQ(constant.gradient({}, {}), 9);
  constant.hessian({}).apply({}, {});
  constant.gauss_newton({}).apply({}, {});

  LeastSquares<TypeParam> zero(make_residuals(1, 0, [](auto, auto) {}));
  const Vector<TypeParam> x = {2};
  Vector<TypeParam> out = {7};
  EXPECT_EQ(zero.gradient(x, out), 0);
  EXPECT_EQ(out[0], 0);
  zero.gauss_newton(x).apply(x, out = {7});
  EXPECT_EQ(out[0], 0);
  zero.hessian(x).apply(x, out = {7});
  EXPECT_EQ(out[0], 0);
}

TYPED_TEST(LeastSquaresOf, WhatOverflowsIsNotFinite) {
  using std::exp;
  LeastSquares<TypeParam> f(make_residuals(1, 1, [](auto x, auto r) { r(1) = exp(x(1)); }));
  const Vector<TypeParam> far = {400}, nan = {std::nanf("")};
  Vector<TypeParam> out(1);
  EXPECT_TRUE(std::isinf(f.gradient(far, out)));
  EXPECT_FALSE(std::isfinite(out[0]));
  EXPECT_TRUE(std::isnan(f.gradient(nan, out)));
  EXPECT_TRUE(std::isnan(out[0]));
}

TEST(LeastSquares, RefusesWhatItCannotUse) {
  EXPECT_ERROR(LeastSquares<double>(nullptr), "there are no residuals");
  EXPECT_ERROR(make_residuals(-1, 2, [](auto, auto) {}), "2 residuals of -1 unknowns");
  EXPECT_ERROR(make_residuals(1, -2, [](auto, auto) {}), "-2 residuals of 1 unknowns");
}

}  // namespace
}  // namespace gradus
