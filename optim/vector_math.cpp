#include "optim/vector_math.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>

#include "base/threads.h"

// Unless all is compiled for one processor: compiled for two kinds, the better chosen when the program is loaded, which
// is too early for the thread sanitizer.
#if defined(__SANITIZE_THREAD__)
#define GRADUS_CLONES
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GRADUS_CLONES
#endif
#endif
#if !defined(GRADUS_CLONES) && defined(__x86_64__) && !defined(GRADUS_KERNELS_NATIVE)
#define GRADUS_CLONES __attribute__((target_clones("arch=haswell", "default")))
#elif !defined(GRADUS_CLONES)
#define GRADUS_CLONES
#endif

namespace gradus {
namespace {

constexpr Index most_parts = 64, smallest_part = 4096;

// Sums kernel(begin, end) over parts of 0 … n−1 that are the same for every number of threads.
template <class Kernel>
double sum_of_parts(Index n, Kernel kernel) {
  const Index part = std::max(smallest_part, (n / most_parts + 16) / 16 * 16);
  std::array<double, most_parts + 1> sums{};
  parallel_for(n, part, [&](Index begin, Index end) {
    for (Index i = begin; i < end; i += part)
      sums[static_cast<std::size_t>(i / part)] = kernel(i, std::min(i + part, end));
  });
  double sum = 0;
  for (const double s : sums) sum += s;
  return sum;
}

// Sums side by side, so that they are added as vectors.
constexpr Index lanes = 16;

template <class Scalar>
inline double products(Index n, const Scalar* x, const Scalar* y) {
  std::array<double, lanes> sums{};
  Index i = 0;
  for (; i + lanes <= n; i += lanes)
    for (Index j = 0; j < lanes; ++j)
      sums[static_cast<std::size_t>(j)] += static_cast<double>(x[i + j]) * static_cast<double>(y[i + j]);
  for (Index j = 0; i + j < n; ++j)
    sums[static_cast<std::size_t>(j)] += static_cast<double>(x[i + j]) * static_cast<double>(y[i + j]);
  double sum = 0;
  for (const double s : sums) sum += s;
  return sum;
}

template <class Scalar>
inline void add_multiple(Index n, Scalar a, const Scalar* x, Scalar* y) {
  for (Index i = 0; i < n; ++i) y[i] += a * x[i];
}

GRADUS_CLONES double products_on_this(Index n, const float* x, const float* y) { return products(n, x, y); }
GRADUS_CLONES double products_on_this(Index n, const double* x, const double* y) { return products(n, x, y); }
GRADUS_CLONES void add_on_this(Index n, float a, const float* x, float* y) { add_multiple(n, a, x, y); }
GRADUS_CLONES void add_on_this(Index n, double a, const double* x, double* y) { add_multiple(n, a, x, y); }

template <class Scalar>
double dot_of(std::span<const Scalar> x, std::span<const Scalar> y) {
  const Scalar *a = x.data(), *b = y.data();
  return sum_of_parts(std::ssize(x), [=](Index begin, Index end) {
    return products_on_this(end - begin, a + begin, b + begin);
  });
}

template <class Scalar>
double norm_of(std::span<const Scalar> x) {
  constexpr double loses_bits = std::numeric_limits<double>::min() / std::numeric_limits<double>::epsilon();
  const double squares = dot_of(x, x);
  if (std::isfinite(squares) && squares >= loses_bits) return std::sqrt(squares);
  const double largest = max_norm(x);
  if (largest == 0 || !std::isfinite(largest)) return largest;
  const int exponent = std::ilogb(largest);
  double sum = 0;
  for (const Scalar v : x) {
    const double scaled = std::scalbn(static_cast<double>(v), -exponent);
    sum += scaled * scaled;
  }
  return std::scalbn(std::sqrt(sum), exponent);
}

template <class Scalar>
double max_norm_of(std::span<const Scalar> x) {
  Scalar largest = 0;
  for (const Scalar v : x)
    if (!(std::abs(v) <= largest)) largest = std::isnan(largest) ? largest : std::abs(v);
  return static_cast<double>(largest);
}

template <class Scalar>
void axpy_of(Scalar a, std::span<const Scalar> x, std::span<Scalar> y) {
  parallel_for(std::ssize(x), smallest_part, [a, from = x.data(), to = y.data()](Index begin, Index end) {
    add_on_this(end - begin, a, from + begin, to + begin);
  });
}

template <class Scalar>
Index first_non_finite_of(std::span<const Scalar> x) {
  const auto found = std::find_if_not(x.begin(), x.end(), [](Scalar v) { return std::isfinite(v); });
  return found == x.end() ? -1 : found - x.begin();
}

}  // namespace

double dot(std::span<const float> x, std::span<const float> y) { return dot_of(x, y); }
double dot(std::span<const double> x, std::span<const double> y) { return dot_of(x, y); }
double norm(std::span<const float> x) { return norm_of(x); }
double norm(std::span<const double> x) { return norm_of(x); }
double max_norm(std::span<const float> x) { return max_norm_of(x); }
double max_norm(std::span<const double> x) { return max_norm_of(x); }
void axpy(float a, std::span<const float> x, std::span<float> y) { axpy_of(a, x, y); }
void axpy(double a, std::span<const double> x, std::span<double> y) { axpy_of(a, x, y); }
Index first_non_finite(std::span<const float> x) { return first_non_finite_of(x); }
Index first_non_finite(std::span<const double> x) { return first_non_finite_of(x); }

}  // namespace gradus
