#pragma once
#include <memory>
#include <utility>

#include "../objective.h"
#include "dual.h"

namespace gradus {

/// x(1), …, x(size()): numbers that are counted from 1, as papers do.
template <class T>
class OneBased {
 public:
  OneBased(T* first, Index size) : first_(first), size_(static_cast<int>(size)) {}
  int size() const { return size_; }
  T& operator()(int i) const { return first_[i - 1]; }

 private:
  T* first_;
  int size_;
};

/// m functions f_1(x), …, f_m(x) of n unknowns, the residuals of a least-squares problem. See make_residuals.
class Residuals {
 public:
  using First = Dual<double>;
  using Second = Dual<Dual<double>>;

  /// Throws Error for n < 0 or m < 0.
  Residuals(Index n, Index m);
  virtual ~Residuals() = default;
  Index n() const { return n_; }
  Index m() const { return m_; }

  /// Sets f_1(x), …, f_m(x), with their derivatives.
  virtual void evaluate(const double* x, double* f) const = 0;
  virtual void evaluate(const First* x, First* f) const = 0;
  virtual void evaluate(const Second* x, Second* f) const = 0;

 private:
  Index n_, m_;
};

/// What make_residuals makes.
template <class Formula>
class FormulaResiduals final : public Residuals {
 public:
  FormulaResiduals(Index n, Index m, Formula formula) : Residuals(n, m), formula_(std::move(formula)) {}
  void evaluate(const double* x, double* f) const override { run(x, f); }
  void evaluate(const First* x, First* f) const override { run(x, f); }
  void evaluate(const Second* x, Second* f) const override { run(x, f); }

 private:
  template <class T>
  void run(const T* x, T* f) const {
    formula_(OneBased<const T>(x, n()), OneBased<T>(f, m()));
  }

  Formula formula_;
};

/// Residuals by a formula that is written once, for every type of number; it sets all of f(1), …, f(m). It must not
/// allocate if the objective is not to.
///
///     auto rosenbrock = make_residuals(2, 2, [](auto x, auto f) {
///       f(1) = 10 * (x(2) - x(1) * x(1));
///       f(2) = 1 - x(1);
///     });
///
/// Where the type is needed: []<class T>(OneBased<const T> x, OneBased<T> f) { T sum = 0; … }. Of functions there are
/// those of Dual; bring in std's for plain numbers with `using std::exp;`.
template <class Formula>
std::shared_ptr<const Residuals> make_residuals(Index n, Index m, Formula formula) {
  return std::make_shared<FormulaResiduals<Formula>>(n, m, std::move(formula));
}

/// A sum of squares and its exact derivatives, J the Jacobian of the residuals:
///
///     f(x) = Σ f_i(x)²     ∇f = 2 Jᵀf     ∇²f = 2 JᵀJ + 2 Σ f_i ∇²f_i     Gauss–Newton: 2 JᵀJ
///
/// For few unknowns: a gradient takes n evaluations of the residuals on dual numbers, a Hessian n(n + 1)/2 and a
/// Gauss–Newton matrix n; both are formed when they are asked for. All is computed in double, whatever Scalar is.
/// Nothing is allocated after the constructor. Where a residual overflows or has no value, so has f.
///
///     LeastSquares<double> f(rosenbrock);
template <class Scalar>
class LeastSquares : public Objective<Scalar> {
 public:
  using typename Objective<Scalar>::View;
  using typename Objective<Scalar>::Ref;

  /// Throws Error where there are no residuals.
  explicit LeastSquares(std::shared_ptr<const Residuals> residuals);
  ~LeastSquares() override;

  Index size() const override { return residuals_->n(); }
  Scalar value(View theta) override;
  Scalar gradient(View theta, Ref out) override;
  Curvature<Scalar>& hessian(View theta) override;
  Curvature<Scalar>& gauss_newton(View theta) override;

 private:
  struct Matrix;

  std::shared_ptr<const Residuals> residuals_;
  Vector<double> x_, f_;
  Vector<Residuals::First> first_x_, first_f_;
  Vector<Residuals::Second> second_x_, second_f_;
  Vector<double> jacobian_;  // column by column
  std::unique_ptr<Matrix> hessian_, gauss_newton_;
};

extern template class LeastSquares<float>;
extern template class LeastSquares<double>;

}  // namespace gradus
