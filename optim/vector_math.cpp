#include "optim/vector_math.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>

#include "base/threads.h"
#include "optim/sum.h"

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

constexpr Index grain = 4096;

template <class Scalar>
inline double products(Index n, const Scalar* x, const Scalar* y) {
  return sum_on_this_thread(
      0, n, [=](std::size_t i) { return static_cast<double>(x[i]) * static_cast<double>(y[i]); });
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
  return parallel_sum<double>(std::ssize(x), grain, [=](Index begin, Index end) {
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

struct Largest {
  double value = 0;
  Largest& operator+=(const Largest& other) {
    if (!(other.value <= value)) value = std::isnan(value) ? value : other.value;
    return *this;
  }
};

template <class Scalar>
double max_norm_of(std::span<const Scalar> x) {
  const auto largest = [x](Index begin, Index end) {
    Scalar found = 0;
    bool nan = false;
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      found = std::max(found, std::abs(x[i]));
      nan |= std::isnan(x[i]);
    }
    return Largest{nan ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(found)};
  };
  return parallel_sum<Largest>(std::ssize(x), grain, largest).value;
}

template <class Scalar>
void axpy_of(Scalar a, std::span<const Scalar> x, std::span<Scalar> y) {
  parallel_for(std::ssize(x), grain, [a, from = x.data(), to = y.data()](Index begin, Index end) {
    add_on_this(end - begin, a, from + begin, to + begin);
  });
}

struct First {
  Index place = -1;
  First& operator+=(const First& other) {
    if (place < 0) place = other.place;
    return *this;
  }
};

template <class Scalar>
Index first_non_finite_of(std::span<const Scalar> x) {
  const auto first = [x](Index begin, Index end) {
    const auto part = x.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    int found = 0;  // without an early end, so that it is as fast as the memory
    for (const Scalar v : part) found |= !(std::abs(v) <= std::numeric_limits<Scalar>::max());
    if (found == 0) return First{};
    return First{begin +
                 (std::ranges::find_if_not(part, [](Scalar v) { return std::isfinite(v); }) - part.begin())};
  };
  return parallel_sum<First>(std::ssize(x), grain, first).place;
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
