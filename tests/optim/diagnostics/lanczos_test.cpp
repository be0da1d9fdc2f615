#include "optim/diagnostics/lanczos.h"

#include <gmock/gmock.h>

#include "optim/vector_math.h"
#include "tests/optim/diagnostics/matrices.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

using std::numbers::pi;

constexpr double infinity = std::numeric_limits<double>::infinity();

Tridiagonal second_differences(std::size_t k, double scale) {
  return {std::vector<double>(k, 2 * scale), std::vector<double>(k, -scale)};
}

// The eigenvector of 2 − 2 cos(πj/(k + 1)) is √(2/(k + 1)) sin(πij/(k + 1)), i = 1 … k.
void expect_second_differences(std::size_t k, double scale) {
  const auto ritz = ritz_values(second_differences(k, scale));
  ASSERT_EQ(ritz.size(), k);
  for (std::size_t j = 1; j <= k; ++j) {
    const double angle = pi * static_cast<double>(j) / static_cast<double>(k + 1);
    const double square = 2 / static_cast<double>(k + 1) * std::sin(angle) * std::sin(angle);
    const auto& [value, bound, weight] = ritz[j - 1];
    EXPECT_NEAR(value / scale, 2 - 2 * std::cos(angle), 1e-13) << j;
    EXPECT_NEAR(weight, square, 1e-13) << j;
    EXPECT_NEAR(bound / scale, std::sqrt(square), 1e-13) << j;
  }
}

TEST(RitzValues, OfSecondDifferences) {
  for (const std::size_t k : {1u, 2u, 3u, 30u}) expect_second_differences(k, 1);
}

TEST(RitzValues, OfHugeAndTinyMatrices) {
  expect_second_differences(30, 1e300);
  expect_second_differences(30, 1e-300);
}

TEST(RitzValues, OfNothingAndOfZero) {
  EXPECT_TRUE(ritz_values({}).empty());
  const auto ritz = ritz_values({{0, 0}, {0, 0}});
  EXPECT_EQ(ritz.size(), 2u);
  EXPECT_EQ(ritz[0].value, 0);
  EXPECT_EQ(ritz[0].weight + ritz[1].weight, 1);
}

TEST(RitzValues, RefuseWhatIsNoMatrix) {
  EXPECT_ERROR(ritz_values({{1, 2}, {1}}), "alpha has 2 elements and beta 1");
  EXPECT_ERROR(ritz_values({{std::nan("")}, {1}}), "not finite");
  EXPECT_ERROR(ritz_values({{1, 1}, {1, infinity}}), "not finite");
}

// e₁ᵀTᵖe₁ = q₁ᵀCᵖq₁ for p < 2k characterises T.
TEST(Lanczos, HasTheMomentsOfTheMatrix) {
  const Vector<double> d = test::evenly(-1, 2, 40), start = test::normal_vector(40, "start");
  auto c = test::diagonal(d);
  Lanczos<double> lanczos(c, 40);
  ASSERT_TRUE(lanczos.begin(start));
  constexpr int k = 6;
  for (int i = 0; i < k; ++i) ASSERT_EQ(lanczos.step(), LanczosStep::extended);
  EXPECT_EQ(lanczos.products(), k);
  const auto ritz = ritz_values(lanczos.t());
  const double squares = dot(start, start);
  for (int p = 0; p < 2 * k + 1; ++p) {
    double quadrature = 0, moment = 0, size = 0;
    for (const auto& [value, bound, weight] : ritz) quadrature += weight * std::pow(value, p);
    for (std::size_t i = 0; i < d.size(); ++i) {
      moment += start[i] * start[i] * std::pow(d[i], p) / squares;
      size += start[i] * start[i] * std::pow(std::abs(d[i]), p) / squares;
    }
    if (p < 2 * k)
      EXPECT_NEAR(quadrature, moment, 1e-13 * size) << p;
    else
      EXPECT_GT(std::abs(quadrature - moment), 1e-6 * size);  // Gauss' quadrature ends here
  }
}

// Without reorthogonalisation the two far eigenvalues come up again and again.
template <class Scalar>
void expect_no_copies(double rounding) {
  Vector<double> d = test::evenly(0, 1, 200);
  d[100] = 1000;
  d[50] = -500;
  auto c = test::reflected<Scalar>(d);
  Lanczos<Scalar> lanczos(c, 200);
  ASSERT_TRUE(lanczos.begin(test::normal_vector<Scalar>(200, "start")));
  for (int i = 0; i < 120; ++i) ASSERT_EQ(lanczos.step(), LanczosStep::extended) << i;
  const auto ritz = ritz_values(lanczos.t());
  EXPECT_NEAR(ritz.front().value, -500, rounding);
  EXPECT_GT(ritz[1].value, -rounding);
  EXPECT_LT(ritz[118].value, 1 + rounding);
  EXPECT_NEAR(ritz.back().value, 1000, rounding);
}
TEST(Lanczos, FindsNoEigenvalueTwice) {
  expect_no_copies<double>(1e-11);  // 1000 ε is 2e-13
  expect_no_copies<float>(2e-3);    // and 1.2e-4
}

TEST(Lanczos, EndsInAnInvariantSpaceAndGoesOnBesideIt) {
  auto c = test::diagonal({3, -1, 5, 2});
  Lanczos<double> lanczos(c, 4);
  ASSERT_TRUE(lanczos.begin(Vector<double>{1, 2, 0, 0}));
  EXPECT_EQ(lanczos.step(), LanczosStep::extended);
  EXPECT_EQ(lanczos.step(), LanczosStep::invariant);
  auto ritz = ritz_values(lanczos.t());
  EXPECT_NEAR(ritz[0].value, -1, 1e-14);
  EXPECT_NEAR(ritz[0].weight, 0.8, 1e-14);
  EXPECT_NEAR(ritz[1].value, 3, 1e-14);
  EXPECT_LT(ritz[1].bound, 1e-14);
  EXPECT_ERROR(lanczos.step(), "call begin");

  EXPECT_FALSE(lanczos.begin(Vector<double>{-2, 7, 0, 0}));  // within
  ASSERT_TRUE(lanczos.begin(Vector<double>{9, 7, 1, 1}));
  EXPECT_TRUE(lanczos.t().alpha.empty());
  EXPECT_EQ(lanczos.step(), LanczosStep::extended);
  EXPECT_EQ(lanczos.step(), LanczosStep::invariant);
  ritz = ritz_values(lanczos.t());
  EXPECT_NEAR(ritz[0].value, 2, 1e-13);
  EXPECT_NEAR(ritz[1].value, 5, 1e-13);
  EXPECT_FALSE(lanczos.begin(Vector<double>{1, 2, 3, 4}));  // these were all
  EXPECT_EQ(lanczos.products(), 4);

  lanczos.clear();
  EXPECT_TRUE(lanczos.begin(Vector<double>{1, 2, 3, 4}));
}

TEST(Lanczos, BeginsWithNothingButAFiniteDirection) {
  auto c = test::diagonal({3, -1});
  Lanczos<double> lanczos(c, 2);
  EXPECT_ERROR(lanczos.step(), "call begin");
  EXPECT_FALSE(lanczos.begin(Vector<double>{0, 0}));
  EXPECT_FALSE(lanczos.begin(Vector<double>{1, infinity}));
  EXPECT_FALSE(lanczos.begin(Vector<double>{1, std::nan("")}));
  EXPECT_ERROR(lanczos.step(), "call begin");
  EXPECT_ERROR(lanczos.begin(Vector<double>(3)), "3 elements, the matrix 2 rows");
  EXPECT_TRUE(lanczos.begin(Vector<double>{1e-300, 1e-300}));
  EXPECT_FALSE(Lanczos<double>(c, 0).begin(Vector<double>()));
  EXPECT_ERROR(Lanczos<double>(c, -1), "at least 0, not -1");
}

TEST(Lanczos, EndsWhereAProductIsNotFinite) {
  auto c = test::diagonal({3, -1, 2, 1});
  c.not_finite_from = 3;
  Lanczos<double> lanczos(c, 4);
  ASSERT_TRUE(lanczos.begin(Vector<double>{1, 1, 1, 1}));
  EXPECT_EQ(lanczos.step(), LanczosStep::extended);
  EXPECT_EQ(lanczos.step(), LanczosStep::extended);
  EXPECT_EQ(lanczos.message(), "");
  EXPECT_EQ(lanczos.step(), LanczosStep::non_finite);
  EXPECT_EQ(lanczos.t().alpha.size(), 2u);
  EXPECT_EQ(lanczos.message(), "The product 3 of the matrix is nan in element 2.");

  auto too_long = test::diagonal({1.7e308, 1.7e308});
  Lanczos<double> other(too_long, 2);
  ASSERT_TRUE(other.begin(Vector<double>{1, 0}));
  EXPECT_EQ(other.step(), LanczosStep::invariant);  // not too long yet
  auto ones = test::Matrix<double>([](const Vector<double>& v, Vector<double>& out) {
    for (double& x : out) x = 1.7e308 * (v[0] + v[1]);
  });
  Lanczos<double> third(ones, 2);
  ASSERT_TRUE(third.begin(Vector<double>{1, 0}));
  EXPECT_EQ(third.step(), LanczosStep::non_finite);
  EXPECT_THAT(third.message(), testing::HasSubstr("too long for its length to be finite"));
}

TEST(Lanczos, IsTheSameOnAnyNumberOfThreads) {
  const auto t = test::on_threads([] {
    auto c = test::reflected<float>(test::evenly(-1, 3, 30000));
    Lanczos<float> lanczos(c, 30000);
    lanczos.begin(test::normal_vector<float>(30000, "start"));
    for (int i = 0; i < 12; ++i) lanczos.step();
    return lanczos.t();
  });
  for (const Tridiagonal& other : t) {
    EXPECT_EQ(other.alpha, t[0].alpha);
    EXPECT_EQ(other.beta, t[0].beta);
  }
}

}  // namespace
}  // namespace gradus
