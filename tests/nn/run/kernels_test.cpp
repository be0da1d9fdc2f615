#include "nn/run/kernels.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "base/random.h"
#include "tests/support/enumerators.h"

namespace gradus::test {
namespace {

using op::BinaryFunction;
using op::UnaryFunction;

// What the functions are by their definitions, in long double.
long double reference(UnaryFunction function, long double x, long double p) {
  switch (function) {
    case UnaryFunction::negate:
      return -x;
    case UnaryFunction::exp:
      return std::exp(x);
    case UnaryFunction::expm1:
      return std::expm1(x);
    case UnaryFunction::log:
      return std::log(x);
    case UnaryFunction::log1p:
      return std::log1p(x);
    case UnaryFunction::sqrt:
      return std::sqrt(x);
    case UnaryFunction::square:
      return x * x;
    case UnaryFunction::abs:
      return std::fabs(x);
    case UnaryFunction::sign:
      return x > 0 ? 1 : x < 0 ? -1 : x;
    case UnaryFunction::power:
      return std::pow(x, p);
    case UnaryFunction::relu:
      return x < 0 ? 0 : x;
    case UnaryFunction::leaky_relu:
      return x < 0 ? p * x : x;
    case UnaryFunction::elu:
      return x < 0 ? p * std::expm1(x) : x;
    case UnaryFunction::sigmoid:
      return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
    case UnaryFunction::tanh:
      return std::tanh(x);
    case UnaryFunction::softplus:
      return x < 0 ? std::log1p(std::exp(x)) : x + std::log1p(std::exp(-x));
    case UnaryFunction::normal_cdf:
      return std::erfc(-x / std::numbers::sqrt2_v<long double>) / 2;
  }
  return 0;
}

long double reference(BinaryFunction function, long double a, long double b) {
  switch (function) {
    case BinaryFunction::add:
      return a + b;
    case BinaryFunction::subtract:
      return a - b;
    case BinaryFunction::multiply:
      return a * b;
    case BinaryFunction::divide:
      return a / b;
    case BinaryFunction::maximum:
      return std::isnan(a) || std::isnan(b) ? a + b : std::max(a, b);
    case BinaryFunction::minimum:
      return std::isnan(a) || std::isnan(b) ? a + b : std::min(a, b);
    case BinaryFunction::less:
      return a < b;
    case BinaryFunction::less_equal:
      return a <= b;
    case BinaryFunction::equal:
      return a == b;
    case BinaryFunction::not_equal:
      return a != b;
  }
  return 0;
}

template <class Scalar>
class KernelsOf : public testing::Test {
 protected:
  using Limits = std::numeric_limits<Scalar>;
  const Kernels<Scalar>& kernel = kernels<Scalar>();
  static constexpr Scalar nan = Limits::quiet_NaN(), infinity = Limits::infinity();

  // Both signs, every size, and what is special.
  static Vector<Scalar> points() {
    Vector<Scalar> x{0, -Scalar(0), 1, -1, infinity, -infinity, nan, Scalar(1e4), Scalar(-1e4)};
    for (double exponent = -6; exponent <= 4; exponent += 0.01)
      for (const double sign : {1.0, -1.0}) x.push_back(static_cast<Scalar>(sign * std::pow(10, exponent)));
    return x;
  }

  // What is smaller than the smallest normal number may become 0.
  static std::string difference(Scalar y, long double expected, long double ulps) {
    const auto rounded = static_cast<Scalar>(expected);
    if (std::isnan(rounded) || std::isinf(rounded))
      return (std::isnan(rounded) ? std::isnan(y) : y == rounded) ? "" : "not " + std::to_string(y);
    const long double error = std::abs(static_cast<long double>(y) - expected);
    if (error <= ulps * Limits::epsilon() * std::abs(expected) + Limits::min()) return "";
    return fmt::format("{} is wrong by {}", y, static_cast<double>(error));
  }
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(KernelsOf, Scalars);

TYPED_TEST(KernelsOf, UnaryFunctionsAreRightEverywhere) {
  for (const UnaryFunction function : enumerators<UnaryFunction>()) {
    const auto x = this->points();
    for (const TypeParam p : {TypeParam(0.3), TypeParam(-1), TypeParam(0.5), TypeParam(3), TypeParam(2)}) {
      if (p < 0 && function != UnaryFunction::power) continue;
      Vector<TypeParam> y(x.size());
      this->kernel.unary[static_cast<std::size_t>(function)](static_cast<Index>(x.size()), x.data(), nullptr,
                                                             nullptr, y.data(), p);
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::isinf(x[i]) && function == UnaryFunction::power) continue;
        // Φ turns the rounding of its argument into one x² as large.
        const TypeParam tail =
            function == UnaryFunction::normal_cdf && std::isfinite(x[i]) ? x[i] * x[i] : TypeParam(0);
        EXPECT_EQ(this->difference(y[i], reference(function, x[i], p), 4 + tail), "")
            << op::name(function) << " of " << x[i] << ", parameter " << p;
      }
    }
  }
}

TYPED_TEST(KernelsOf, BinaryFunctionsAreRightEverywhere) {
  const TypeParam no = this->nan, inf = this->infinity;
  Vector<TypeParam> a, b;
  for (const TypeParam p : {TypeParam(0), TypeParam(1), TypeParam(-2.5), TypeParam(1e4), no, inf, -inf})
    for (const TypeParam q : {TypeParam(0), TypeParam(1), TypeParam(-2.5), TypeParam(3e-5), no, inf, -inf})
      a.push_back(p), b.push_back(q);
  for (const BinaryFunction function : enumerators<BinaryFunction>()) {
    Vector<TypeParam> y(a.size());
    this->kernel.binary[static_cast<std::size_t>(function)](static_cast<Index>(a.size()), a.data(), b.data(),
                                                            nullptr, y.data(), 0);
    for (std::size_t i = 0; i < a.size(); ++i)
      EXPECT_EQ(this->difference(y[i], reference(function, a[i], b[i]), 0.5), "")
          << op::name(function) << " of " << a[i] << ", " << b[i];
  }
}

TYPED_TEST(KernelsOf, SelectTakesWhatIsChosen) {
  const TypeParam no = this->nan;
  const Vector<TypeParam> condition{1, 0, -0.0, -2, no, 0}, a{1, no, no, 2, 3, 4},
      b{no, 5, 6, no, no, this->infinity};
  Vector<TypeParam> y(6);
  this->kernel.select(6, condition.data(), a.data(), b.data(), y.data(), 0);
  EXPECT_EQ(y, (Vector<TypeParam>{1, 5, 6, 2, 3, this->infinity}));
}

// What an element becomes depends on nothing but its operands: neither on how many there are, nor on where they lie.
TYPED_TEST(KernelsOf, ResultsDependOnNumbersAlone) {
  constexpr std::size_t most = 1100;
  Random random(1, "numbers");
  Vector<TypeParam> a(most + 16), b(most + 16);
  for (auto* list : {&a, &b})
    for (TypeParam& v : *list) v = static_cast<TypeParam>(2 * random.uniform() + 0.1);
  const auto check = [&](typename Kernels<TypeParam>::Elementwise f, const char* name) {
    Vector<TypeParam> alone(most + 16), y(most + 32);
    for (std::size_t i = 0; i < alone.size(); ++i) f(1, &a[i], &b[i], &a[i], &alone[i], TypeParam(1.7));
    for (const std::size_t n : {1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 257, 1000, 1100})
      for (const std::size_t shift : {0, 1, 5, 15}) {
        std::ranges::fill(y, TypeParam(-7));
        f(static_cast<Index>(n), &a[shift], &b[shift], &a[shift], &y[(3 * shift) % 16 + 1], TypeParam(1.7));
        for (std::size_t i = 0; i < n; ++i)
          ASSERT_EQ(y[(3 * shift) % 16 + 1 + i], alone[shift + i]) << name << " " << n;
        ASSERT_EQ(y[(3 * shift) % 16], -7) << name;
        ASSERT_EQ(y[(3 * shift) % 16 + 1 + n], -7) << name;
        Vector<TypeParam> in_place(a.begin() + static_cast<std::ptrdiff_t>(shift), a.end());
        f(static_cast<Index>(n), in_place.data(), &b[shift], in_place.data(), in_place.data(),
          TypeParam(1.7));
        for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(in_place[i], alone[shift + i]) << name << " in place";
      }
  };
  for (const auto f : enumerators<UnaryFunction>())
    check(this->kernel.unary[static_cast<std::size_t>(f)], op::name(f));
  for (const auto f : enumerators<BinaryFunction>())
    check(this->kernel.binary[static_cast<std::size_t>(f)], op::name(f));
  check(this->kernel.select, "select");
  check(this->kernel.copy, "copy");
}

// Rows and columns of every size, against plain loops; then with a NaN at some place, which is the result of its row or column
// and of no other.
TYPED_TEST(KernelsOf, ReductionsOfEverySize) {
  constexpr double epsilon = std::numeric_limits<TypeParam>::epsilon();
  Random random(1, "reductions");
  for (const Index rows : {1, 2, 7, 33, 300})
    for (const Index n : {1, 2, 7, 8, 15, 16, 17, 255, 257, 1023, 1024, 1025, 2500}) {
      Vector<TypeParam> x(static_cast<std::size_t>(rows * n));
      for (TypeParam& v : x) v = static_cast<TypeParam>(20 * random.normal());
      for (int poisoned = 0; poisoned < 2; ++poisoned) {
        const auto bad_row = static_cast<Index>(random.below(static_cast<std::uint64_t>(rows))),
                   bad_column = static_cast<Index>(random.below(static_cast<std::uint64_t>(n)));
        if (poisoned == 1) x[static_cast<std::size_t>(bad_row * n + bad_column)] = this->nan;
        for (const bool by_rows : {true, false}) {
          const Index results = by_rows ? rows : n, length = by_rows ? n : rows;
          Vector<TypeParam> sums(static_cast<std::size_t>(results)), largest(sums), logs(sums);
          if (by_rows) {
            this->kernel.sum_rows(rows, n, x.data(), sums.data());
            this->kernel.max_rows(rows, n, x.data(), largest.data());
            this->kernel.log_sum_exp_rows(rows, n, x.data(), logs.data());
          } else {
            this->kernel.sum_columns(rows, n, n, x.data(), sums.data());
            this->kernel.max_columns(rows, n, n, x.data(), largest.data());
            this->kernel.log_sum_exp_columns(rows, n, n, x.data(), logs.data());
          }
          for (Index r = 0; r < results; ++r) {
            long double sum = 0, size = 0, most = -this->infinity, total = 0;
            const auto at = [&](Index k) {
              return static_cast<long double>(x[static_cast<std::size_t>(by_rows ? r * n + k : k * n + r)]);
            };
            for (Index k = 0; k < length; ++k)
              sum += at(k), size += std::abs(at(k)), most = std::max(most, at(k));
            for (Index k = 0; k < length; ++k) total += std::exp(at(k) - most);
            const auto i = static_cast<std::size_t>(r);
            if (poisoned == 1 && r == (by_rows ? bad_row : bad_column)) {
              ASSERT_TRUE(std::isnan(sums[i]) && std::isnan(largest[i]) && std::isnan(logs[i]))
                  << rows << "×" << n;
              continue;
            }
            // Sums are taken in double and rounded once.
            ASSERT_NEAR(
                sums[i], static_cast<double>(sum),
                0.5 * epsilon * static_cast<double>(std::abs(sum)) + 1e-13 * static_cast<double>(size))
                << rows << "×" << n;
            ASSERT_EQ(largest[i], most) << rows << "×" << n;
            ASSERT_NEAR(logs[i], static_cast<double>(most + std::log(total)),
                        4 * epsilon * std::max(static_cast<double>(std::abs(most)), 1.0))
                << rows << "×" << n;
          }
        }
      }
    }
}

TYPED_TEST(KernelsOf, LogSumExpOfInfinities) {
  const TypeParam inf = this->infinity;
  const struct {
    Vector<TypeParam> x;
    TypeParam expected;
  } rows[] = {{{-inf, -inf}, -inf},
              {{-inf, 2}, 2},
              {{inf, 2}, inf},
              {{inf, inf}, inf},
              {{-inf, inf}, inf},
              {{TypeParam(1e4), TypeParam(-1e4)}, TypeParam(1e4)},
              {{TypeParam(-1e4), TypeParam(-1e4)}, static_cast<TypeParam>(-1e4 + std::log(2.0))}};
  for (const auto& row : rows) {
    TypeParam y[2];
    this->kernel.log_sum_exp_rows(1, 2, row.x.data(), y);
    EXPECT_EQ(y[0], row.expected);
    this->kernel.log_sum_exp_columns(2, 1, 1, row.x.data(), y);
    EXPECT_EQ(y[0], row.expected);
  }
}

}  // namespace
}  // namespace gradus::test
