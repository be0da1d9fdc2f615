#include "optim/diagnostics/trace.h"

#include <gmock/gmock.h>

#include "tests/optim/diagnostics/matrices.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Σ_{j≠i} C_ij² of each row of an n × n matrix, from its columns.
Vector<double> off_diagonal_squares(Curvature<double>& c, Index n) {
  Vector<double> sums(static_cast<std::size_t>(n)), unit(sums), column(sums);
  for (std::size_t j = 0; j < sums.size(); ++j) {
    unit[j] = 1;
    c.apply(unit, column);
    unit[j] = 0;
    for (std::size_t i = 0; i < sums.size(); ++i)
      if (i != j) sums[i] += column[i] * column[i];
  }
  return sums;
}

TEST(EstimateTrace, IsExactForADiagonalMatrix) {
  auto c = test::diagonal({1, 4, -7, 2.5});
  for (const Index samples : {1, 2, 10}) {
    const TraceEstimate t = estimate_trace(c, 4, {.samples = samples});
    EXPECT_EQ(t.trace, 0.5);
    EXPECT_EQ(t.standard_error, samples == 1 ? std::numeric_limits<double>::infinity() : 0);
    EXPECT_EQ(t.samples, samples);
    EXPECT_THAT(t.message, IsEmpty());
  }
  EXPECT_EQ(c.products, 13);
}

TEST(EstimateTrace, IsUnbiasedWithTheStandardErrorThatTheoryGives) {
  constexpr Index n = 60, samples = 4000;
  const Vector<double> d = test::evenly(-2, 5, n);
  auto c = test::reflected(d);
  double variance = 0;
  for (const double square : off_diagonal_squares(c, n)) variance += 2 * square;
  for (const Index seed : {0, 1, 2}) {
    const TraceEstimate t = estimate_trace(c, n, {.samples = samples, .seed = seed});
    EXPECT_LT(std::abs(t.trace - 1.5 * n), 4 * t.standard_error);
    // The standard error of s², for tails like those of χ²₁, is below 4 s²/√m: 6 %, so of s 3 %; three of these.
    EXPECT_NEAR(t.standard_error / std::sqrt(variance / samples), 1, 0.1);
  }
}

TEST(EstimateTrace, OfFloatsIsThatOfDoubles) {
  const Vector<double> d = test::evenly(-2, 5, 3000);
  auto c = test::reflected(d);
  auto rounded = test::reflected<float>(d);
  const TraceEstimate t = estimate_trace(c, 3000), f = estimate_trace(rounded, 3000);
  EXPECT_NEAR(f.trace, t.trace, 1e-6 * 3000 * 5);
  EXPECT_NEAR(f.standard_error, t.standard_error, 1e-4 * t.standard_error);
}

TEST(EstimateTrace, OfOneRowOfNoneAndOfZero) {
  auto c = test::diagonal({-3.5});
  EXPECT_EQ(estimate_trace(c, 1).trace, -3.5);
  EXPECT_EQ(estimate_trace(c, 0).trace, 0);
  EXPECT_EQ(estimate_trace(c, 0).standard_error, 0);
  auto zero = test::diagonal(Vector<double>(9));
  EXPECT_EQ(estimate_trace(zero, 9).trace, 0);
}

TEST(EstimateTrace, EndsWhereAProductIsNotFinite) {
  auto c = test::reflected(test::evenly(1, 2, 5));
  const TraceEstimate two = estimate_trace(c, 5, {.samples = 2});
  c.products = 0;
  c.not_finite_from = 3;
  const TraceEstimate t = estimate_trace(c, 5);
  EXPECT_EQ(t.samples, 2);
  EXPECT_EQ(t.trace, two.trace);
  EXPECT_EQ(t.standard_error, two.standard_error);
  EXPECT_EQ(t.message, "The product 3 of the matrix is nan in element 2.");

  c.products = 0;
  c.not_finite_from = 1;
  const TraceEstimate none = estimate_trace(c, 5);
  EXPECT_EQ(none.samples, 0);
  EXPECT_TRUE(std::isnan(none.trace));
  EXPECT_EQ(none.standard_error, std::numeric_limits<double>::infinity());
}

TEST(EstimateTrace, RefusesWhatMakesNoSense) {
  auto c = test::diagonal({1, 2});
  EXPECT_ERROR(estimate_trace(c, -1), "[estimate_trace] n, the matrix's number of rows, must be at least 0");
  EXPECT_ERROR(estimate_trace(c, 2, {.samples = 0}), "[estimate_trace] samples");
  EXPECT_ERROR(estimate_diagonal(c, 2, {.seed = -1}), "[estimate_diagonal] seed");
  EXPECT_EQ(c.products, 0);
}

TEST(EstimateDiagonal, IsExactForADiagonalMatrix) {
  const Vector<double> d{1, 4, -7, 2.5};
  auto c = test::diagonal(d);
  const DiagonalEstimate e = estimate_diagonal(c, 4, {.samples = 2});
  EXPECT_EQ(e.diagonal, d);
  EXPECT_EQ(e.standard_error, Vector<double>(4));
  EXPECT_EQ(estimate_diagonal(c, 4, {.samples = 1}).diagonal, d);
  EXPECT_THAT(estimate_diagonal(c, 0).diagonal, IsEmpty());
}

TEST(EstimateDiagonal, IsUnbiasedWithTheStandardErrorThatTheoryGives) {
  constexpr Index n = 30, samples = 4000;
  auto c = test::reflected(test::evenly(-2, 5, n));
  const Vector<double> squares = off_diagonal_squares(c, n);
  Vector<double> unit(n), column(n);
  const DiagonalEstimate e = estimate_diagonal(c, n, {.samples = samples});
  for (std::size_t i = 0; i < unit.size(); ++i) {
    unit[i] = 1;
    c.apply(unit, column);
    unit[i] = 0;
    EXPECT_LT(std::abs(e.diagonal[i] - column[i]), 4 * e.standard_error[i]) << i;
    EXPECT_NEAR(e.standard_error[i] / std::sqrt(squares[i] / samples), 1, 0.1) << i;
  }
}

TEST(EstimateDiagonal, AddsUpToTheTrace) {
  auto c = test::reflected(test::evenly(-2, 5, 30));
  double sum = 0;
  for (const double x : estimate_diagonal(c, 30, {.seed = 4}).diagonal) sum += x;
  EXPECT_NEAR(sum, estimate_trace(c, 30, {.seed = 4}).trace, 1e-11);
}

TEST(EstimateDiagonal, EndsWhereAProductIsNotFinite) {
  auto c = test::reflected(test::evenly(1, 2, 5));
  const DiagonalEstimate two = estimate_diagonal(c, 5, {.samples = 2});
  c.products = 0;
  c.not_finite_from = 3;
  const DiagonalEstimate e = estimate_diagonal(c, 5);
  EXPECT_EQ(e.samples, 2);
  EXPECT_EQ(e.diagonal, two.diagonal);
  EXPECT_EQ(e.standard_error, two.standard_error);
  EXPECT_THAT(e.message, HasSubstr("product 3"));

  c.products = 0;
  c.not_finite_from = 1;
  const DiagonalEstimate none = estimate_diagonal(c, 5);
  EXPECT_THAT(none.diagonal, testing::Each(testing::IsNan()));
}

TEST(EstimateTraceAndDiagonal, AreTheSameOnAnyNumberOfThreads) {
  const auto all = test::on_threads([] {
    auto c = test::reflected<float>(test::evenly(-1, 3, 30000));
    return std::pair(estimate_trace(c, 30000, {.samples = 5}), estimate_diagonal(c, 30000, {.samples = 5}));
  });
  for (const auto& [trace, diagonal] : all) {
    EXPECT_EQ(trace.trace, all[0].first.trace);
    EXPECT_EQ(trace.standard_error, all[0].first.standard_error);
    EXPECT_EQ(diagonal.diagonal, all[0].second.diagonal);
    EXPECT_EQ(diagonal.standard_error, all[0].second.standard_error);
  }
}

}  // namespace
}  // namespace gradus
