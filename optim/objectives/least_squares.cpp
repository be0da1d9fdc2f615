#include "optim/objectives/least_squares.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace gradus {

Residuals::Residuals(Index n, Index m) : n_(n), m_(m) {
  if (n < 0 || m < 0)
    throw Error(fmt::format(
        "[Residuals] there cannot be {} residuals of {} unknowns. Give numbers from 0 on.", m, n));
}

template <class Scalar>
struct LeastSquares<Scalar>::Matrix : Curvature<Scalar> {
  explicit Matrix(LeastSquares& f) : objective(f), n(static_cast<std::size_t>(f.size())), elements(n * n) {}

  void set(std::size_t j, std::size_t k, double element) {
    elements[j * n + k] = elements[k * n + j] = element;
  }
  void apply(View v, Ref out) override {
    for (std::size_t j = 0; j < n; ++j)
      out[j] = static_cast<Scalar>(std::inner_product(v.begin(), v.end(), &elements[j * n], 0.0));
  }
  Scalar value(View theta) override { return objective.value(theta); }

  LeastSquares& objective;
  std::size_t n;
  Vector<double> elements;
};

template <class Scalar>
LeastSquares<Scalar>::LeastSquares(std::shared_ptr<const Residuals> residuals)
    : residuals_(std::move(residuals)) {
  if (!residuals_)
    throw Error("[LeastSquares] there are no residuals. Give those that make_residuals returns.");
  const auto n = static_cast<std::size_t>(residuals_->n()), m = static_cast<std::size_t>(residuals_->m());
  x_.resize(n), first_x_.resize(n), second_x_.resize(n);
  f_.resize(m), first_f_.resize(m), second_f_.resize(m);
  jacobian_.resize(n * m);
  hessian_ = std::make_unique<Matrix>(*this);
  gauss_newton_ = std::make_unique<Matrix>(*this);
}

template <class Scalar>
LeastSquares<Scalar>::~LeastSquares() = default;

template <class Scalar>
Scalar LeastSquares<Scalar>::value(View theta) {
  x_.assign(theta.begin(), theta.end());
  residuals_->evaluate(x_.data(), f_.data());
  return static_cast<Scalar>(std::inner_product(f_.begin(), f_.end(), f_.begin(), 0.0));
}

template <class Scalar>
Scalar LeastSquares<Scalar>::gradient(View theta, Ref out) {
  first_x_.assign(theta.begin(), theta.end());
  for (std::size_t j = 0; j < first_x_.size(); ++j) {
    first_x_[j].d = 1;
    residuals_->evaluate(first_x_.data(), first_f_.data());
    first_x_[j].d = 0;
    double sum = 0;
    for (const auto& f : first_f_) sum += f.v * f.d;
    out[j] = static_cast<Scalar>(2 * sum);
  }
  return value(theta);
}

template <class Scalar>
Curvature<Scalar>& LeastSquares<Scalar>::hessian(View theta) {
  second_x_.assign(theta.begin(), theta.end());
  for (std::size_t j = 0; j < second_x_.size(); ++j) {
    second_x_[j].v.d = 1;
    for (std::size_t k = 0; k <= j; ++k) {
      second_x_[k].d.v = 1;
      residuals_->evaluate(second_x_.data(), second_f_.data());
      second_x_[k].d.v = 0;
      double sum = 0;
      for (const auto& f : second_f_) sum += f.v.d * f.d.v + f.v.v * f.d.d;
      hessian_->set(j, k, 2 * sum);
    }
    second_x_[j].v.d = 0;
  }
  return *hessian_;
}

template <class Scalar>
Curvature<Scalar>& LeastSquares<Scalar>::gauss_newton(View theta) {
  first_x_.assign(theta.begin(), theta.end());
  const std::size_t m = first_f_.size();
  const auto column = [&](std::size_t j) { return jacobian_.begin() + static_cast<std::ptrdiff_t>(j * m); };
  for (std::size_t j = 0; j < first_x_.size(); ++j) {
    first_x_[j].d = 1;
    residuals_->evaluate(first_x_.data(), first_f_.data());
    first_x_[j].d = 0;
    std::transform(first_f_.begin(), first_f_.end(), column(j), [](const auto& f) { return f.d; });
    for (std::size_t k = 0; k <= j; ++k)
      gauss_newton_->set(j, k, 2 * std::inner_product(column(j), column(j + 1), column(k), 0.0));
  }
  return *gauss_newton_;
}

template class LeastSquares<float>;
template class LeastSquares<double>;

}  // namespace gradus
