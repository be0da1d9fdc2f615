#include "optim/second_order/conjugate_gradient.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/threads.h"
#include "optim/vector_math.h"
#include "tests/optim/quadratic.h"
#include "tests/support/count_allocations.h"
#include "tests/support/expect_error.h"
#include "tests/support/normal_vector.h"

namespace gradus {
namespace {

using Status = ConjugateGradientStatus;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Scalar>
Vector<double> in_double(std::span<const Scalar> v) {
  return {v.begin(), v.end()};
}

double distance(std::span<const double> x, std::span<const double> y) {
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) squares += (x[i] - y[i]) * (x[i] - y[i]);
  return std::sqrt(squares);
}

// A = Q diag(values) Qᵀ, Q of three random reflections, computed in double; counts its products.
template <class Scalar = double>
class Symmetric {
 public:
  explicit Symmetric(Vector<double> eigenvalues) : values_(std::move(eigenvalues)) {
    for (const char* purpose : {"u1", "u2", "u3"}) {
      mirrors_.push_back(test::normal_vector(std::ssize(values_), purpose));
      const double length = norm(std::span<const double>(mirrors_.back()));
      for (double& u : mirrors_.back()) u /= length;
    }
  }
  void operator()(std::span<const Scalar> v, std::span<Scalar> out) {
    ++products;
    std::ranges::transform(times(v, [](double value) { return value; }), out.begin(),
                           [](double x) { return static_cast<Scalar>(x); });
  }
  /// The shortest x with A x = b.
  Vector<double> solution(std::span<const Scalar> b) const {
    return times(b, [](double value) { return value == 0 ? 0 : 1 / value; });
  }
  // φ(x) = ½ xᵀA x − bᵀx
  double model(std::span<const Scalar> b, std::span<const Scalar> x) const {
    return curvature(x) / 2 - dot(b, x);
  }
  // xᵀA x
  double curvature(std::span<const Scalar> x) const {
    const Vector<double> Ax = times(x, [](double value) { return value; });
    return dot(std::span<const double>(in_double(x)), std::span<const double>(Ax));
  }

  Index products = 0;

 private:
  template <class Function>
  Vector<double> times(std::span<const Scalar> v, Function function) const {
    Vector<double> x = in_double(v);
    const auto mirror = [&x](const Vector<double>& u) {
      axpy(-2 * dot(std::span<const double>(u), std::span<const double>(x)), std::span<const double>(u),
           std::span(x));
    };
    for (std::size_t i = 0; i < 3; ++i) mirror(mirrors_[i]);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] *= function(values_[i]);
    for (std::size_t i = 3; i-- > 0;) mirror(mirrors_[i]);
    return x;
  }

  Vector<double> values_;
  std::vector<Vector<double>> mirrors_;
};

Vector<double> from_to(std::size_t n, double first, double last) {
  Vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i)
    values[i] = first + (last - first) * static_cast<double>(i) / static_cast<double>(n - 1);
  return values;
}

template <class Scalar = double>
ConjugateGradientScratch<Scalar> scratch_for(Index n, Index iterations = 250) {
  ConjugateGradientScratch<Scalar> scratch;
  scratch.reset(n, iterations);
  return scratch;
}

const ConjugateGradientOptions to_the_end{.max_iterations = 250, .progress_tolerance = 0};

TEST(ConjugateGradient, TakesAStepForEachDistinctEigenvalue) {
  for (const std::size_t distinct : {1U, 2U, 5U, 12U}) {
    Vector<double> values(12);
    for (std::size_t i = 0; i < 12; ++i) values[i] = static_cast<double>(1 + i % distinct);
    Symmetric A(values);
    const Vector<double> b = test::normal_vector(12, "b");
    Vector<double> x(12, 0);
    auto scratch = scratch_for(12);
    const auto result = conjugate_gradient(
        A, b, x, scratch, {.max_iterations = 250, .progress_tolerance = 0, .residual_tolerance = 1e-12});
    EXPECT_EQ(result.status, Status::residual);
    EXPECT_EQ(result.iterations, static_cast<Index>(distinct));
    EXPECT_EQ(result.products, result.iterations);
    EXPECT_EQ(A.products, result.iterations);
    const Vector<double> exact = A.solution(b);
    EXPECT_LT(distance(x, exact), 1e-11);
    EXPECT_NEAR(result.model, A.model(b, exact), 1e-12 * std::abs(result.model));
  }
}

TEST(ConjugateGradient, LeavesAsMuchErrorAsTheSpreadWithinTheClusterAllows) {
  // Three large eigenvalues, the others within 1 ± 0.01: ‖e₄‖²_A ≤ ((λ₉₇ − λ₁) / (λ₉₇ + λ₁))² ‖e₀‖²_A (Nocedal & Wright,
  // Theorem 5.5).
  Vector<double> values = from_to(97, 0.99, 1.01);
  for (const double large : {1e3, 3e3, 2e5}) values.push_back(large);
  Symmetric A(values);
  const Vector<double> b = test::normal_vector(100, "b");
  Vector<double> x(100, 0);
  auto scratch = scratch_for(100);
  const auto result = conjugate_gradient(A, b, x, scratch, {.max_iterations = 4, .progress_tolerance = 0});
  EXPECT_EQ(result.status, Status::max_iterations);
  EXPECT_EQ(result.iterations, 4);
  const Vector<double> exact = A.solution(b);
  Vector<double> error(100);
  std::ranges::transform(x, exact, error.begin(), std::minus());
  EXPECT_LT(A.curvature(error), std::pow(0.02 / 2, 2) * A.curvature(exact));
}

TEST(ConjugateGradient, MinimisesTheModelOverTheKrylovSpace) {
  // xᵢ lies in the space of b, A b, …, Aⁱ⁻¹b, and ∇φ(xᵢ) = A xᵢ − b at right angles to it.
  const Index most = 7;
  Symmetric A(from_to(12, 0.1, 5));
  const Vector<double> b = test::normal_vector(12, "b");
  std::vector<Vector<double>> basis;
  const auto take_off = [&basis](Vector<double> v) {  // what is in the space; twice, for its rounding
    for (int i = 0; i < 2; ++i)
      for (const Vector<double>& q : basis)
        axpy(-dot(std::span<const double>(q), std::span<const double>(v)), std::span<const double>(q),
             std::span(v));
    return v;
  };
  Vector<double> next = b;
  for (Index i = 1; i <= most; ++i) {
    next = take_off(next);
    const double length = norm(std::span<const double>(next));
    for (double& v : next) v /= length;
    basis.push_back(next);
    A(basis.back(), next);

    Vector<double> x(12, 0), gradient(12);
    auto scratch = scratch_for(12);
    conjugate_gradient(A, b, x, scratch, {.max_iterations = i, .progress_tolerance = 0});
    EXPECT_LT(norm(std::span<const double>(take_off(x))), 1e-11) << i;
    A(x, gradient);
    axpy(-1.0, std::span<const double>(b), std::span(gradient));
    EXPECT_LT(distance(take_off(gradient), gradient), 1e-11) << i;
    EXPECT_GT(norm(std::span<const double>(gradient)), 1e-3) << "not only at the end";
  }
}

TEST(ConjugateGradient, TakesOneStepWithTheExactPreconditioner) {
  const Vector<double> diagonal = {1e-6, 1, 2, 1e6};
  const Vector<double> b = {1, 2, 3, 4};
  Vector<double> x(4, 0);
  auto scratch = scratch_for(4);
  const auto A = [&](std::span<const double> v, std::span<double> out) {
    for (std::size_t i = 0; i < 4; ++i) out[i] = diagonal[i] * v[i];
  };
  const auto result =
      conjugate_gradient(A, b, x, scratch, to_the_end, DiagonalPreconditioner<double>{diagonal});
  EXPECT_EQ(result.status, Status::residual);
  EXPECT_EQ(result.iterations, 1);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(x[i], b[i] / diagonal[i], 1e-14 * x[i]);
}

TEST(ConjugateGradient, IsTheSameAsWithoutPreconditionerInScaledVariables) {
  // M = S²: the iterates are those of S⁻¹A S⁻¹ y = S⁻¹b, x = S⁻¹y.
  Symmetric A(from_to(8, 1, 20));
  const Vector<double> b = test::normal_vector(8, "b"), s = {1, 3, 9, 27, 1, 3, 9, 27};
  Vector<double> m(8), scaled_b(8), x(8, 0), y(8, 0);
  for (std::size_t i = 0; i < 8; ++i) {
    m[i] = s[i] * s[i];
    scaled_b[i] = b[i] / s[i];
  }
  const auto scaled = [&](std::span<const double> v, std::span<double> out) {
    Vector<double> unscaled(8);
    std::ranges::transform(v, s, unscaled.begin(), std::divides());
    A(unscaled, out);
    std::ranges::transform(out, s, out.begin(), std::divides());
  };
  auto scratch = scratch_for(8);
  const ConjugateGradientOptions four{.max_iterations = 4, .progress_tolerance = 0};
  const auto one = conjugate_gradient(A, b, x, scratch, four, DiagonalPreconditioner<double>{m});
  const auto other = conjugate_gradient(scaled, scaled_b, y, scratch, four);
  EXPECT_NEAR(one.model, other.model, 1e-12);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(x[i], y[i] / s[i], 1e-12);
}

TEST(ConjugateGradient, EndsAtNegativeCurvatureAndShowsItsDirection) {
  Vector<double> values = from_to(10, 1, 10);
  values[4] = -0.5;
  Symmetric A(values);
  const Vector<double> b = test::normal_vector(10, "b");
  Vector<double> x(10, 0);
  auto scratch = scratch_for(10);
  const auto result = conjugate_gradient(A, b, x, scratch, to_the_end);
  EXPECT_EQ(result.status, Status::negative_curvature);
  ASSERT_GT(result.iterations, 0);
  EXPECT_LT(result.iterations, 10);
  const std::span<const double> p = scratch.p;
  EXPECT_LT(A.curvature(p), 0);
  EXPECT_NEAR(result.curvature, A.curvature(p) / dot(p, p), 1e-12);
  EXPECT_LT(result.model, 0);
  EXPECT_NEAR(result.model, A.model(b, x), 1e-12);
  EXPECT_GT(dot(std::span<const double>(x), std::span<const double>(b)), 0) << "x leads down";
}

TEST(ConjugateGradient, GoesAlongTheFirstDirectionWhereItsCurvatureIsNegative) {
  const auto A = [](std::span<const double> v, std::span<double> out) {
    out[0] = -v[0];
    out[1] = 0;
  };
  for (const Vector<double>& b : {Vector<double>{2, 1}, Vector<double>{0, 3}}) {
    Vector<double> x(2, 0);
    auto scratch = scratch_for(2);
    const auto result = conjugate_gradient(A, b, x, scratch);
    EXPECT_EQ(result.status, Status::negative_curvature);
    EXPECT_EQ(result.iterations, 1);
    EXPECT_EQ(x, b);
    EXPECT_EQ(scratch.p, b);
    EXPECT_DOUBLE_EQ(result.model, -b[0] * b[0] / 2 - b[0] * b[0] - b[1] * b[1]);
  }
}

TEST(ConjugateGradient, SolvesASingularConsistentSystemOutsideOfItsKernel) {
  Vector<double> values = from_to(10, 1, 4);
  values[0] = values[1] = values[2] = 0;
  Symmetric A(values);
  const Vector<double> any = test::normal_vector(10, "b");
  Vector<double> b(10), x(10, 0);
  A(any, b);
  auto scratch = scratch_for(10);
  const auto result = conjugate_gradient(
      A, b, x, scratch, {.max_iterations = 250, .progress_tolerance = 0, .residual_tolerance = 1e-13});
  EXPECT_EQ(result.status, Status::residual);
  EXPECT_LE(result.iterations, 7);
  EXPECT_LT(distance(x, A.solution(b)), 1e-12);
}

TEST(ConjugateGradient, GivesZeroForZero) {
  Symmetric A(from_to(3, 1, 4));
  Vector<double> b(3, 0), x = {1, 2, 3};
  auto scratch = scratch_for(3);
  const auto result = conjugate_gradient(A, b, x, scratch);
  EXPECT_EQ(result.status, Status::residual);
  EXPECT_EQ(x, Vector<double>(3, 0));
  EXPECT_EQ(A.products, 0);
  EXPECT_EQ(result.model, 0);

  Vector<double> none;
  auto empty = scratch_for(0);
  EXPECT_EQ(conjugate_gradient(A, none, none, empty).status, Status::residual);
}

TEST(ConjugateGradient, BeginsWhereItIsTold) {
  Symmetric A(from_to(9, 1, 30));
  const Vector<double> b = test::normal_vector(9, "b");
  auto scratch = scratch_for(9);
  Vector<double> x(9, 0);
  conjugate_gradient(A, b, x, scratch, to_the_end);
  const Vector<double> found = x;

  A.products = 0;
  const auto at_once = conjugate_gradient(
      A, b, x, scratch, {.max_iterations = 250, .progress_tolerance = 0, .residual_tolerance = 1e-10});
  EXPECT_EQ(at_once.status, Status::residual);
  EXPECT_EQ(at_once.iterations, 0);
  EXPECT_EQ(at_once.products, 1);
  EXPECT_EQ(x, found);
  EXPECT_NEAR(at_once.model, A.model(b, x), 1e-13);

  for (double& value : x) value *= 0.95;
  const double start = A.model(b, x);
  const auto near = conjugate_gradient(A, b, x, scratch, {.max_iterations = 3, .progress_tolerance = 0});
  EXPECT_NEAR(scratch.models[0], start, 1e-13);
  EXPECT_NEAR(near.model, A.model(b, x), 1e-13);
  EXPECT_LT(near.model, start);
}

TEST(ConjugateGradient, AgreesInFloatWithDouble) {
  const Vector<double> values = from_to(40, 1, 50);
  Symmetric<float> A(values);
  const Vector<float> b = test::normal_vector<float>(40, "b");
  Vector<float> x(40, 0);
  auto scratch = scratch_for<float>(40);
  const auto result = conjugate_gradient(A, b, x, scratch, to_the_end);
  EXPECT_EQ(result.status, Status::residual);
  // Rounding 2⁻²⁴ times the condition number, 50, in the norm.
  const Vector<double> exact = A.solution(b);
  EXPECT_LT(distance(in_double<float>(x), exact), 50 * 0x1p-24 * norm(std::span<const double>(exact)));
  EXPECT_NEAR(result.model, A.model(b, x), 1e-6 * std::abs(result.model));
}

TEST(ConjugateGradient, StopsWhereProgressIsSlow) {
  // The rule of Martens 2010, recomputed from a run to the end.
  Vector<double> values = from_to(300, 0, 4);
  for (double& value : values) value = std::pow(10, value);
  Symmetric A(values);
  const Vector<double> b = test::normal_vector(300, "b");
  for (const double tolerance : {5e-4, 1e-5}) {
    Vector<double> x(300, 0), y(300, 0);
    auto whole = scratch_for(300), scratch = scratch_for(300);
    conjugate_gradient(A, b, x, whole, to_the_end);
    Index expected = 0;
    for (Index i = 1; i <= 250 && expected == 0; ++i) {
      const Index k = std::max(10, static_cast<int>(std::ceil(0.1 * static_cast<double>(i))));
      const auto phi = [&](Index j) { return whole.models[static_cast<std::size_t>(j)]; };
      if (i > k && phi(i) < 0 && (phi(i) - phi(i - k)) / phi(i) < static_cast<double>(k) * tolerance)
        expected = i;
    }
    ASSERT_GT(expected, 11);
    const auto result =
        conjugate_gradient(A, b, y, scratch, {.max_iterations = 250, .progress_tolerance = tolerance});
    EXPECT_EQ(result.status, Status::progress);
    EXPECT_EQ(result.iterations, expected);
  }
}

TEST(ConjugateGradient, LooksAtProgressFromTheEleventhIterationOn) {
  // From this start next to nothing is left to gain, though the residual falls slowly.
  const auto A = [](std::span<const double> v, std::span<double> out) {
    out[0] = v[0];
    for (std::size_t i = 1; i < v.size(); ++i) out[i] = (0.01 + static_cast<double>(i)) * v[i];
  };
  Vector<double> b(100, 1e-6), x(100, 0);
  b[0] = x[0] = 1;
  auto scratch = scratch_for(100);
  const auto result = conjugate_gradient(A, b, x, scratch);
  EXPECT_EQ(result.status, Status::progress);
  EXPECT_EQ(result.iterations, 11);
}

TEST(ConjugateGradient, RecordsWhatSeparatelyStoppedRunsGive) {
  Symmetric<float> A(from_to(60, 0.01, 50));
  const Vector<float> b = test::normal_vector<float>(60, "b"), start = test::normal_vector<float>(60, "x");
  ConjugateGradientIterates<float> iterates;
  iterates.reset(60, 40);
  auto scratch = scratch_for<float>(60, 40);
  Vector<float> x = start;
  const auto whole =
      conjugate_gradient(A, b, x, scratch, {.max_iterations = 40, .progress_tolerance = 0}, {}, &iterates);
  const std::vector<Index> grid = {5, 7, 9, 11, 15, 19, 25, 32, 40};  // ⌈5·1.3⁸⌉ = 41
  ASSERT_EQ(iterates.count(), std::ssize(grid));
  for (Index j = 0; j < iterates.count(); ++j) {
    EXPECT_EQ(iterates.iteration(j), grid[static_cast<std::size_t>(j)]);
    Vector<float> y = start;
    const auto result = conjugate_gradient(
        A, b, y, scratch, {.max_iterations = iterates.iteration(j), .progress_tolerance = 0});
    EXPECT_EQ(Vector<float>(iterates.x(j).begin(), iterates.x(j).end()), y);
    EXPECT_EQ(iterates.model(j), result.model);
  }
  EXPECT_EQ(iterates.model(iterates.count() - 1), whole.model);

  // The last one also where it is on the grid, or where there is none.
  conjugate_gradient(A, b, x, scratch, {.max_iterations = 7, .progress_tolerance = 0}, {}, &iterates);
  EXPECT_EQ(iterates.count(), 2);
  const Vector<float> zero(60, 0);
  conjugate_gradient(A, zero, x, scratch, {.max_iterations = 7}, {}, &iterates);
  ASSERT_EQ(iterates.count(), 1);
  EXPECT_EQ(iterates.iteration(0), 0);
  EXPECT_EQ(Vector<float>(iterates.x(0).begin(), iterates.x(0).end()), zero);
}

TEST(ConjugateGradient, TakesACurvature) {
  test::Quadratic<double> f({{2, 1}, {1, 3}}, {1, 2});
  Vector<double> x(2, 0);
  auto scratch = scratch_for(2);
  EXPECT_EQ(conjugate_gradient(f.hessian(x), Vector<double>{1, 2}, x, scratch, to_the_end).status,
            Status::residual);
  EXPECT_NEAR(x[0], 0.2, 1e-15);
  EXPECT_NEAR(x[1], 0.6, 1e-15);
}

TEST(ConjugateGradient, KeepsXWhereProductsAreNotFinite) {
  for (const double bad : {nan, infinity, -infinity})
    for (const Index when : {0, 1, 3}) {
      Symmetric A(from_to(8, 1, 30));
      const Vector<double> b = test::normal_vector(8, "b");
      Index product = 0;
      const auto breaks = [&](std::span<const double> v, std::span<double> out) {
        A(v, out);
        if (product++ == when) out[2] = bad;
      };
      Vector<double> x(8, 0), until(8, 0);
      auto scratch = scratch_for(8);
      const auto result = conjugate_gradient(breaks, b, x, scratch, to_the_end);
      EXPECT_EQ(result.status, Status::non_finite);
      EXPECT_EQ(result.iterations, when);
      conjugate_gradient(A, b, until, scratch, {.max_iterations = when, .progress_tolerance = 0});
      EXPECT_EQ(x, until);
    }
}

TEST(ConjugateGradient, DoesNotLetXOverflow) {
  const auto flat = [](std::span<const float> v, std::span<float> out) { out[0] = 1e-38f * v[0]; };
  const Vector<float> b = {1e3f};
  Vector<float> x = {0};
  auto scratch = scratch_for<float>(1);
  const auto result = conjugate_gradient(flat, b, x, scratch);
  EXPECT_EQ(result.status, Status::non_finite);
  EXPECT_EQ(x[0], 0);
  // 1/A is more than a float holds, though x is not.
  const auto flatter = [](std::span<const float> v, std::span<float> out) { out[0] = 1e-39f * v[0]; };
  const Vector<float> small = {1e-4f};
  EXPECT_EQ(conjugate_gradient(flatter, small, x, scratch).status, Status::non_finite);
  EXPECT_EQ(x[0], 0);

  Vector<float> at_nan = {std::numeric_limits<float>::quiet_NaN()};
  EXPECT_EQ(conjugate_gradient(flat, b, at_nan, scratch).status, Status::non_finite);
  EXPECT_EQ(conjugate_gradient(flat, at_nan, x, scratch).status, Status::non_finite);
  EXPECT_EQ(x[0], 0);
}

TEST(ConjugateGradient, SaysThatAPreconditionerIsNotPositive) {
  Symmetric A(from_to(3, 1, 3));
  const Vector<double> b = {1, 0, 0}, m = {-1, 1, 1};
  Vector<double> x(3, 0);
  auto scratch = scratch_for(3);
  EXPECT_EQ(conjugate_gradient(A, b, x, scratch, {}, DiagonalPreconditioner<double>{m}).status,
            Status::breakdown);
  EXPECT_EQ(x, Vector<double>(3, 0));
}

TEST(ConjugateGradient, RefusesWhatDoesNotFit) {
  Symmetric A(from_to(3, 1, 3));
  Vector<double> b(3, 1), x(3, 0), short_x(2, 0);
  auto scratch = scratch_for(3, 10);
  ConjugateGradientIterates<double> iterates;
  EXPECT_ERROR(conjugate_gradient(A, b, short_x, scratch, {.max_iterations = 10}),
               "b has 3 elements, but x has 2");
  EXPECT_ERROR(conjugate_gradient(A, b, x, scratch, {.max_iterations = 11}),
               "the scratch was reset for 3 elements and 10 iterations, but 3 and 11 are needed");
  EXPECT_ERROR(conjugate_gradient(A, b, x, scratch, {.max_iterations = 10}, {}, &iterates),
               "iterates were not reset for 3 elements and 10 iterations");
  EXPECT_ERROR(conjugate_gradient(A, b, x, scratch, {.max_iterations = 10, .progress_tolerance = nan}),
               "at least 0");
  EXPECT_ERROR(conjugate_gradient(A, b, x, scratch, {.max_iterations = -1}), "at least 0");
}

TEST(ConjugateGradient, AllocatesNothing) {
  const Index n = 20000;
  const Vector<float> b = test::normal_vector<float>(n, "b"), m(static_cast<std::size_t>(n), 2);
  Vector<float> x(static_cast<std::size_t>(n), 0);
  auto scratch = scratch_for<float>(n);
  ConjugateGradientIterates<float> iterates;
  iterates.reset(n, 250);
  const auto A = [](std::span<const float> v, std::span<float> out) {
    for (std::size_t i = 0; i < v.size(); ++i) out[i] = static_cast<float>(1 + i % 100) * v[i];
  };
  conjugate_gradient(A, b, x, scratch, {}, DiagonalPreconditioner<float>{m}, &iterates);  // threads start
  const auto before = test::allocations();
  const auto result = conjugate_gradient(A, b, x, scratch, {}, DiagonalPreconditioner<float>{m}, &iterates);
  EXPECT_EQ(test::allocations(), before);
  EXPECT_GT(result.iterations, 5);
}

TEST(ConjugateGradient, GivesTheSameBitsOnAnyNumberOfThreads) {
  const Index n = 100'003;
  const Vector<float> b = test::normal_vector<float>(n, "b");
  Vector<float> m(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < m.size(); ++i) m[i] = static_cast<float>(1 + i % 7);
  const auto A = [](std::span<const float> v, std::span<float> out) {
    for (std::size_t i = 0; i < v.size(); ++i) {
      out[i] = static_cast<float>(1 + i % 100) * v[i] - (i > 0 ? v[i - 1] / 4 : 0);
      if (i + 1 < v.size()) out[i] -= v[i + 1] / 4;
    }
  };
  const int default_threads = threads();
  Vector<float> first;
  double first_model = 0;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    Vector<float> x(static_cast<std::size_t>(n), 0);
    auto scratch = scratch_for<float>(n);
    const auto result = conjugate_gradient(A, b, x, scratch, {}, DiagonalPreconditioner<float>{m});
    if (count == 1) {
      first = x;
      first_model = result.model;
    }
    EXPECT_EQ(x, first);
    EXPECT_EQ(result.model, first_model);
  }
  set_threads(default_threads);
}

}  // namespace
}  // namespace gradus
