// Compiled once for each kind of processor, with GRADUS_PROCESSOR naming it and Eigen in a namespace of its own, so that no
// inline function compiled for one processor is ever linked into the code for another.
#include "nn/run/kernels.h"

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "nn/run/narrow_products.h"

#define GRADUS_STRING(text) #text
#define GRADUS_NAME(text) GRADUS_STRING(text)

namespace gradus::GRADUS_PROCESSOR {

template <class S>
void few_columns(bool transpose_b, Index m, Index n, Index k, const S* a, Index lda, const S* b, Index ldb,
                 bool accumulate, S* c, Index ldc);
template <class S>
void few_rows(bool transpose_a, Index m, Index n, Index k, const S* a, Index lda, const S* b, Index ldb,
              bool accumulate, S* c, Index ldc);

namespace {

using op::BinaryFunction;
using op::UnaryFunction;

// Plain loops for what the compiler makes vectors of, Eigen's packets for what it does not.
template <class S, class F>
inline void each(Index n, const S* x, S* y, F f) {
  for (Index i = 0; i < n; ++i) y[i] = f(x[i]);
}
template <class S, class F>
inline void each(Index n, const S* a, const S* b, S* y, F f) {
  for (Index i = 0; i < n; ++i) y[i] = f(a[i], b[i]);
}
// All elements go through packets, the last ones in a padded copy: a result never depends on where in memory an element lies
// or how many there are.
template <class S, class F>
inline void array(Index n, const S* x, S* y, F f) {
  constexpr Index width = 64 / sizeof(S);
  using Packet = Eigen::Array<S, width, 1>;
  Index i = 0;
  for (; i + width <= n; i += width) Eigen::Map<Packet>(y + i) = f(Eigen::Map<const Packet>(x + i));
  if (i == n) return;
  S rest[width] = {};
  for (Index j = i; j < n; ++j) rest[j - i] = x[j];
  Eigen::Map<Packet> padded(rest);
  padded = f(padded).eval();
  for (Index j = i; j < n; ++j) y[j] = rest[j - i];
}

// Sums side by side in a fixed order, so that they are added as vectors.
template <class S>
inline double sum(Index n, const S* x) {
  constexpr Index lanes = 16;
  double part[lanes] = {};
  Index i = 0;
  for (; i + lanes <= n; i += lanes)
    for (Index j = 0; j < lanes; ++j) part[j] += static_cast<double>(x[i + j]);
  for (Index j = 0; i + j < n; ++j) part[j] += static_cast<double>(x[i + j]);
  double total = 0;
  for (Index j = 0; j < lanes; ++j) total += part[j];
  return total;
}

template <class S, UnaryFunction function>
void unary(Index n, const S* x, const S*, const S*, S* y, S p) {
  if constexpr (function == UnaryFunction::negate) each(n, x, y, [](S v) { return -v; });
  if constexpr (function == UnaryFunction::exp) array(n, x, y, [](const auto& v) { return v.exp(); });
  if constexpr (function == UnaryFunction::expm1) array(n, x, y, [](const auto& v) { return v.expm1(); });
  if constexpr (function == UnaryFunction::log) array(n, x, y, [](const auto& v) { return v.log(); });
  if constexpr (function == UnaryFunction::log1p) array(n, x, y, [](const auto& v) { return v.log1p(); });
  if constexpr (function == UnaryFunction::sqrt) each(n, x, y, [](S v) { return std::sqrt(v); });
  if constexpr (function == UnaryFunction::square) each(n, x, y, [](S v) { return v * v; });
  if constexpr (function == UnaryFunction::abs) each(n, x, y, [](S v) { return std::abs(v); });
  if constexpr (function == UnaryFunction::sign)
    each(n, x, y, [](S v) { return v > 0 ? S(1) : v < 0 ? S(-1) : v; });  // of NaN: NaN
  if constexpr (function == UnaryFunction::power) {
    if (p == S(0.5)) return each(n, x, y, [](S v) { return std::sqrt(v); });
    if (p == S(-1)) return each(n, x, y, [](S v) { return 1 / v; });
    if (p == S(3)) return each(n, x, y, [](S v) { return v * v * v; });
    each(n, x, y, [p](S v) { return std::pow(v, p); });
  }
  if constexpr (function == UnaryFunction::relu) each(n, x, y, [](S v) { return v < 0 ? S(0) : v; });
  if constexpr (function == UnaryFunction::leaky_relu) each(n, x, y, [p](S v) { return v < 0 ? p * v : v; });
  if constexpr (function == UnaryFunction::elu)
    array(n, x, y, [p](const auto& v) { return v.max(S(0)) + p * v.min(S(0)).expm1(); });
  if constexpr (function == UnaryFunction::sigmoid)
    array(n, x, y, [](const auto& v) { return ((-v).exp() + S(1)).inverse(); });
  if constexpr (function == UnaryFunction::tanh) array(n, x, y, [](const auto& v) { return v.tanh(); });
  if constexpr (function == UnaryFunction::softplus)
    array(n, x, y, [](const auto& v) { return v.max(S(0)) + (-v.abs()).exp().log1p(); });
  if constexpr (function == UnaryFunction::normal_cdf)
    each(n, x, y, [](S v) { return S(0.5) * std::erfc(v * S(-0.70710678118654752440)); });
}

template <class S>
inline S larger(S p, S q) {  // NaN where either is
  return p > q || p != p ? p : q;
}

template <class S, BinaryFunction function>
void binary(Index n, const S* a, const S* b, const S*, S* y, S) {
  if constexpr (function == BinaryFunction::add) each(n, a, b, y, [](S p, S q) { return p + q; });
  if constexpr (function == BinaryFunction::subtract) each(n, a, b, y, [](S p, S q) { return p - q; });
  if constexpr (function == BinaryFunction::multiply) each(n, a, b, y, [](S p, S q) { return p * q; });
  if constexpr (function == BinaryFunction::divide) each(n, a, b, y, [](S p, S q) { return p / q; });
  if constexpr (function == BinaryFunction::maximum) each(n, a, b, y, larger<S>);
  if constexpr (function == BinaryFunction::minimum)
    each(n, a, b, y, [](S p, S q) { return p < q || p != p ? p : q; });
  if constexpr (function == BinaryFunction::less)
    each(n, a, b, y, [](S p, S q) { return p < q ? S(1) : S(0); });
  if constexpr (function == BinaryFunction::less_equal)
    each(n, a, b, y, [](S p, S q) { return p <= q ? S(1) : S(0); });
  if constexpr (function == BinaryFunction::equal)
    each(n, a, b, y, [](S p, S q) { return p == q ? S(1) : S(0); });
  if constexpr (function == BinaryFunction::not_equal)
    each(n, a, b, y, [](S p, S q) { return p != q ? S(1) : S(0); });
}

template <class S>
void select(Index n, const S* condition, const S* a, const S* b, S* y, S) {
  for (Index i = 0; i < n; ++i) y[i] = condition[i] != 0 ? a[i] : b[i];
}

template <class S>
void copy(Index n, const S* x, const S*, const S*, S* y, S) {
  each(n, x, y, [](S v) { return v; });
}

template <class S>
void sum_rows(Index rows, Index n, const S* x, S* y) {
  for (Index r = 0; r < rows; ++r) y[r] = static_cast<S>(sum(n, x + r * n));
}

template <class S>
void max_rows(Index rows, Index n, const S* x, S* y) {
  for (Index r = 0; r < rows; ++r) {
    S largest = x[r * n];
    for (Index j = 1; j < n; ++j) largest = larger(largest, x[r * n + j]);
    y[r] = largest;
  }
}

// Columns go through a block of accumulators, so that each row is read along.
constexpr Index block = 256;

template <class S>
void sum_columns(Index rows, Index n, Index stride, const S* x, S* y) {
  double total[block];
  for (Index first = 0; first < n; first += block) {
    const Index width = std::min(block, n - first);
    for (Index j = 0; j < width; ++j) total[j] = 0;
    for (Index r = 0; r < rows; ++r) {
      const S* row = x + r * stride + first;
      for (Index j = 0; j < width; ++j) total[j] += static_cast<double>(row[j]);
    }
    for (Index j = 0; j < width; ++j) y[first + j] = static_cast<S>(total[j]);
  }
}

template <class S>
void max_columns(Index rows, Index n, Index stride, const S* x, S* y) {
  for (Index j = 0; j < n; ++j) y[j] = x[j];
  for (Index r = 1; r < rows; ++r) binary<S, BinaryFunction::maximum>(n, y, x + r * stride, nullptr, y, S(0));
}

// m + log Σ exp(x − m), m the largest; where that is infinite, it is the result.
template <class S>
S finish_log_sum_exp(S largest, double total) {
  return std::isfinite(largest) ? largest + static_cast<S>(std::log(total)) : largest;
}

template <class S>
inline void exponentials(Index n, S* x) {
  array(n, x, x, [](const auto& v) { return v.exp(); });
}

constexpr Index sweep = 1024;  // how many exponentials are taken together

template <class S>
void log_sum_exp_long_row(Index n, const S* x, S* y) {
  S shifted[sweep];
  double total = 0;
  for (Index first = 0; first < n; first += sweep) {
    const Index width = std::min(sweep, n - first);
    for (Index j = 0; j < width; ++j) shifted[j] = x[first + j] - *y;
    exponentials(width, shifted);
    total += sum(width, shifted);
  }
  *y = finish_log_sum_exp(*y, total);
}

template <class S>
void log_sum_exp_short_rows(Index rows, Index n, const S* x, S* y) {
  S shifted[sweep];
  const Index together = sweep / n;
  for (Index first = 0; first < rows; first += together) {
    const Index count = std::min(together, rows - first);
    for (Index r = 0; r < count; ++r)
      for (Index j = 0; j < n; ++j) shifted[r * n + j] = x[(first + r) * n + j] - y[first + r];
    exponentials(count * n, shifted);
    for (Index r = 0; r < count; ++r)
      y[first + r] = finish_log_sum_exp(y[first + r], sum(n, shifted + r * n));
  }
}

template <class S>
void log_sum_exp_rows(Index rows, Index n, const S* x, S* y) {
  max_rows(rows, n, x, y);
  if (n <= sweep) return log_sum_exp_short_rows(rows, n, x, y);
  for (Index r = 0; r < rows; ++r) log_sum_exp_long_row(n, x + r * n, y + r);
}

template <class S>
void log_sum_exp_columns(Index rows, Index n, Index stride, const S* x, S* y) {
  S largest[block], shifted[block];
  double total[block];
  for (Index first = 0; first < n; first += block) {
    const Index width = std::min(block, n - first);
    max_columns(rows, width, stride, x + first, largest);
    for (Index j = 0; j < width; ++j) total[j] = 0;
    for (Index r = 0; r < rows; ++r) {
      for (Index j = 0; j < width; ++j) shifted[j] = x[r * stride + first + j] - largest[j];
      exponentials(width, shifted);
      for (Index j = 0; j < width; ++j) total[j] += static_cast<double>(shifted[j]);
    }
    for (Index j = 0; j < width; ++j) y[first + j] = finish_log_sum_exp(largest[j], total[j]);
  }
}

template <class S, std::size_t... u, std::size_t... b>
Kernels<S> make(std::index_sequence<u...>, std::index_sequence<b...>) {
  return {{unary<S, static_cast<UnaryFunction>(u)>...},
          {binary<S, static_cast<BinaryFunction>(b)>...},
          select<S>,
          copy<S>,
          sum_rows<S>,
          max_rows<S>,
          log_sum_exp_rows<S>,
          sum_columns<S>,
          max_columns<S>,
          log_sum_exp_columns<S>,
          few_columns<S>,
          few_rows<S>,
          GRADUS_NAME(GRADUS_PROCESSOR)};
}

}  // namespace

Kernels<float> make_float() {
  return make<float>(std::make_index_sequence<unary_functions>(),
                     std::make_index_sequence<binary_functions>());
}
Kernels<double> make_double() {
  return make<double>(std::make_index_sequence<unary_functions>(),
                      std::make_index_sequence<binary_functions>());
}

}  // namespace gradus::GRADUS_PROCESSOR
