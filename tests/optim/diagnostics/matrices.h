#pragma once
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <vector>

#include "base/threads.h"
#include "optim/objective.h"

namespace gradus::test {

/// A symmetric matrix by its product, v → C v in double, which is rounded to Scalar.
template <class Scalar>
class Matrix : public Curvature<Scalar> {
 public:
  using Product = std::function<void(const Vector<double>& v, Vector<double>& out)>;

  explicit Matrix(Product product) : product_(std::move(product)) {}
  void apply(std::span<const Scalar> v, std::span<Scalar> out) override {
    ++products;
    const Vector<double> in(v.begin(), v.end());
    Vector<double> result(v.size());
    product_(in, result);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Scalar>(result[i]);
    if (products == not_finite_from) out[2] = std::numeric_limits<Scalar>::quiet_NaN();
  }
  Scalar value(std::span<const Scalar>) override { return 0; }

  Index products = 0;
  Index not_finite_from = -1;  ///< the product, counted from 1, whose element 2 is NaN

 private:
  Product product_;
};

template <class Scalar = double>
Matrix<Scalar> diagonal(Vector<double> d) {
  return Matrix<Scalar>([d](const Vector<double>& v, Vector<double>& out) {
    for (std::size_t i = 0; i < v.size(); ++i) out[i] = d[i] * v[i];
  });
}

/// H diag(d) H with the reflection H = I − 2uuᵀ, u along (1, 2, …, n): a dense matrix with the eigenvalues d.
template <class Scalar = double>
Matrix<Scalar> reflected(Vector<double> d) {
  Vector<double> u(d.size());
  double squares = 0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    u[i] = static_cast<double>(i + 1);
    squares += u[i] * u[i];
  }
  const auto reflect = [u, squares](Vector<double>& v) {
    double along = 0;
    for (std::size_t i = 0; i < v.size(); ++i) along += u[i] * v[i];
    for (std::size_t i = 0; i < v.size(); ++i) v[i] -= 2 * along / squares * u[i];
  };
  return Matrix<Scalar>([d, reflect](const Vector<double>& v, Vector<double>& out) {
    out = v;
    reflect(out);
    for (std::size_t i = 0; i < v.size(); ++i) out[i] *= d[i];
    reflect(out);
  });
}

/// 2 on the diagonal and −1 beside it: its eigenvalues are 2 − 2 cos(πj/(n + 1)), j = 1 … n.
template <class Scalar = double>
Matrix<Scalar> second_differences() {
  return Matrix<Scalar>([](const Vector<double>& v, Vector<double>& out) {
    const std::size_t n = v.size();
    for (std::size_t i = 0; i < n; ++i)
      out[i] = 2 * v[i] - (i > 0 ? v[i - 1] : 0) - (i + 1 < n ? v[i + 1] : 0);
  });
}
inline double second_difference_eigenvalue(Index j, Index n) {
  return 2 - 2 * std::cos(std::numbers::pi * static_cast<double>(j) / static_cast<double>(n + 1));
}

/// low, …, high in n equal steps
inline Vector<double> evenly(double low, double high, Index n) {
  Vector<double> d(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < d.size(); ++i)
    d[i] = low + (high - low) * static_cast<double>(i) / static_cast<double>(n - 1);
  return d;
}

/// Calls `work` on 1, 2 and 3 threads and returns the three results.
template <class Work>
auto on_threads(Work work) {
  const int before = threads();
  std::vector<decltype(work())> results;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    results.push_back(work());
  }
  set_threads(before);
  return results;
}

}  // namespace gradus::test
