#include "optim/vector_math.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "base/random.h"
#include "base/threads.h"
#include "tests/support/restore_threads.h"

namespace gradus {
namespace {

template <class Scalar>
Vector<Scalar> draw(Index n, const char* purpose) {
  Vector<Scalar> x(static_cast<std::size_t>(n));
  Random random(1, purpose);
  for (Scalar& v : x) v = static_cast<Scalar>(random.normal());
  return x;
}

template <class Scalar>
class VectorMath : public testing::Test {
 protected:
  static constexpr Scalar infinity = std::numeric_limits<Scalar>::infinity();
  static constexpr Scalar nan = std::numeric_limits<Scalar>::quiet_NaN();
  using View = std::span<const Scalar>;
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(VectorMath, Scalars);

// Lengths around the width of a vector, a part, and the number of parts.
const Index lengths[] = {0, 1, 15, 16, 17, 4095, 4096, 4097, 262143, 262144, 262145, 1000003};

TYPED_TEST(VectorMath, AgreesWithLongDouble) {
  for (const Index n : lengths) {
    const auto x = draw<TypeParam>(n, "x"), y = draw<TypeParam>(n, "y");
    long double product = 0, magnitude = 0, squares = 0, largest = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const long double term = static_cast<long double>(x[i]) * static_cast<long double>(y[i]);
      product += term;
      magnitude += std::abs(term);
      squares += static_cast<long double>(x[i]) * static_cast<long double>(x[i]);
      largest = std::max(largest, std::abs(static_cast<long double>(x[i])));
    }
    // One rounding for each of the additions of one lane of one part, and a few more to add these.
    const double rounding = (static_cast<double>(n) / 1024 + 100) * std::numeric_limits<double>::epsilon();
    EXPECT_NEAR(dot(x, y), static_cast<double>(product), rounding * static_cast<double>(magnitude)) << n;
    EXPECT_NEAR(norm(x), static_cast<double>(std::sqrt(squares)),
                rounding * static_cast<double>(std::sqrt(squares)))
        << n;
    EXPECT_EQ(max_norm(x), static_cast<double>(largest)) << n;
  }
}

TYPED_TEST(VectorMath, SameBitsOnAnyNumberOfThreads) {
  const test::RestoreThreads restore;
  for (const Index n : lengths) {
    const auto x = draw<TypeParam>(n, "x"), y = draw<TypeParam>(n, "y");
    set_threads(1);
    const double expected = dot(x, y);
    auto z = y;
    axpy(TypeParam(0.3), x, z);
    for (const int t : {2, 3, 7}) {
      set_threads(t);
      EXPECT_EQ(dot(x, y), expected) << n << " elements, " << t << " threads";
      auto w = y;
      axpy(TypeParam(0.3), x, w);
      EXPECT_EQ(w, z);
    }
  }
}

TYPED_TEST(VectorMath, NormNeitherOverflowsNorVanishes) {
  for (const TypeParam v :
       {std::numeric_limits<TypeParam>::max() / 4, std::numeric_limits<TypeParam>::denorm_min(),
        std::numeric_limits<TypeParam>::min()}) {
    const Vector<TypeParam> x = {v, -v, v, v};
    EXPECT_DOUBLE_EQ(norm(x), 2 * static_cast<double>(v));
  }
  EXPECT_EQ(norm(Vector<TypeParam>{0, 0}), 0);
}

TYPED_TEST(VectorMath, NonFiniteElementsShow) {
  for (const TypeParam v : {this->nan, this->infinity, -this->infinity}) {
    auto x = draw<TypeParam>(10000, "x");
    EXPECT_EQ(first_non_finite(x), -1);
    x[7777] = v;
    x[9999] = this->nan;
    EXPECT_EQ(first_non_finite(x), 7777);
    EXPECT_FALSE(std::isfinite(norm(x)));
    EXPECT_TRUE(std::isnan(max_norm(x)));
  }
  EXPECT_EQ(norm(Vector<TypeParam>{1, -this->infinity}), this->infinity);
  EXPECT_EQ(max_norm(Vector<TypeParam>{1, -this->infinity}), this->infinity);
}

}  // namespace
}  // namespace gradus
