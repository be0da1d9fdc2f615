#pragma once
#include <vector>

#include "optim/line_search/line_search.h"
#include "optim/vector_math.h"
#include "tests/optim/quadratic.h"

namespace gradus::test {

/// Σ 100 (x₂ − x₁²)² + (1 − x₁)² over pairs: Rosenbrock's function for n = 2.
template <class Scalar>
class ExtendedRosenbrock : public Objective<Scalar> {
 public:
  using typename Objective<Scalar>::View;
  using typename Objective<Scalar>::Ref;

  explicit ExtendedRosenbrock(Index n) : n_(n) {}
  Index size() const override { return n_; }
  Scalar value(View x) override {
    Scalar f = 0;
    for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
      const Scalar a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
      f += 100 * a * a + b * b;
    }
    return f;
  }
  Scalar gradient(View x, Ref out) override {
    for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
      const Scalar a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
      out[i] = -400 * a * x[i] - 2 * b;
      out[i + 1] = 200 * a;
    }
    return value(x);
  }
  Vector<Scalar> start() const {
    Vector<Scalar> x(static_cast<std::size_t>(n_), 1);
    for (std::size_t i = 0; i < x.size(); i += 2) x[i] = Scalar(-1.2);
    return x;
  }

 private:
  Index n_;
};

/// Q diag(λ) Qᵀ with the reflection Q = I − 2 v vᵀ/vᵀv, v = (1, 2, …, n).
inline std::vector<std::vector<double>> matrix_of(const std::vector<double>& eigenvalues) {
  const std::size_t n = eigenvalues.size();
  double v_v = 0;
  for (std::size_t i = 1; i <= n; ++i) v_v += static_cast<double>(i * i);
  const auto q = [&](std::size_t i, std::size_t k) {
    return (i == k ? 1 : 0) - 2 * static_cast<double>((i + 1) * (k + 1)) / v_v;
  };
  std::vector<std::vector<double>> a(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = 0; k < n; ++k) a[i][j] += q(i, k) * eigenvalues[k] * q(j, k);
  return a;
}

inline Vector<double> product(const std::vector<std::vector<double>>& a, std::span<const double> x) {
  Vector<double> y(a.size());
  for (std::size_t i = 0; i < y.size(); ++i)
    for (std::size_t j = 0; j < x.size(); ++j) y[i] += a[i][j] * x[j];
  return y;
}

inline Vector<double> difference(std::span<const double> x, std::span<const double> y) {
  Vector<double> z(x.size());
  for (std::size_t i = 0; i < z.size(); ++i) z[i] = x[i] - y[i];
  return z;
}

/// Goes to the minimum of a parabola: the slope there is at most 1e-10 of that at 0.
inline constexpr LineSearch nearly_exact{.sufficient_decrease = 1e-12, .curvature = 1e-10};

/// What linear conjugate gradient makes of ½ xᵀAx from x₀: x₁, …, x_steps.
inline std::vector<Vector<double>> conjugate_gradient(const std::vector<std::vector<double>>& a,
                                                      Vector<double> x, int steps) {
  std::vector<Vector<double>> iterates;
  Vector<double> r = product(a, x), p(r.size());
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = -r[i];
  for (int k = 0; k < steps; ++k) {
    const Vector<double> a_p = product(a, p);
    const double r_r = dot(std::span<const double>(r), r), alpha = r_r / dot(std::span<const double>(p), a_p);
    for (std::size_t i = 0; i < p.size(); ++i) {
      x[i] += alpha * p[i];
      r[i] += alpha * a_p[i];
    }
    const double beta = dot(std::span<const double>(r), r) / r_r;
    for (std::size_t i = 0; i < p.size(); ++i) p[i] = beta * p[i] - r[i];
    iterates.push_back(x);
  }
  return iterates;
}

}  // namespace gradus::test
