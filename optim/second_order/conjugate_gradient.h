#pragma once
#include <concepts>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "../objective.h"

/// Conjugate gradient: solves A x = b, or minimises φ(x) = ½ xᵀA x − bᵀx, with products of the symmetric matrix A alone.
///
///     r = b − A x,  z = M⁻¹r,  p = z
///     α = rᵀz / pᵀA p,   x ← x + α p,   r' = r − α A p,   z' = M⁻¹r',   β = r'ᵀz' / rᵀz,   p ← z' + β p
///
/// Damping is part of the caller's product: A v + λ v. Dot products are in double. Nothing is allocated, and the bits are
/// the same on any number of threads as long as those of the products are.
///
/// M. R. Hestenes, E. Stiefel 1952; J. Nocedal, S. Wright: Numerical optimization, 2006, Algorithms 5.3 and 7.1; the stop
/// by relative progress and the grid of iterates: J. Martens: Deep learning via Hessian-free optimization, ICML 2010, §4.
namespace gradus {

/// Refers to what computes out ← A v: a Curvature, or a callable (std::span<const Scalar> v, std::span<Scalar> out), which
/// must outlive it. Holds nothing itself, so that nothing is allocated. By default it refers to nothing.
template <class Scalar>
class LinearOperator {
 public:
  using View = std::span<const Scalar>;
  using Ref = std::span<Scalar>;

  LinearOperator() = default;
  LinearOperator(Curvature<Scalar>& c)  // NOLINT: a curvature is a linear operator
      : context_(&c), apply_([](const void* context, View v, Ref out) {
          static_cast<Curvature<Scalar>*>(const_cast<void*>(context))->apply(v, out);
        }) {}
  template <class Callable>
  requires(std::invocable<Callable&, View, Ref> &&
           !std::is_base_of_v<LinearOperator, std::remove_cvref_t<Callable>>)
      LinearOperator(Callable&& callable)  // NOLINT: so is a function
      : context_(std::addressof(callable)), apply_([](const void* context, View v, Ref out) {
          (*static_cast<std::remove_reference_t<Callable>*>(const_cast<void*>(context)))(v, out);
        }) {}

  explicit operator bool() const { return apply_ != nullptr; }
  void operator()(View v, Ref out) const { apply_(context_, v, out); }

 private:
  const void* context_ = nullptr;
  void (*apply_)(const void*, View, Ref) = nullptr;
};

/// M⁻¹ for a diagonal M > 0: out ← v / M, element by element.
template <class Scalar>
struct DiagonalPreconditioner {
  std::span<const Scalar> diagonal;
  void operator()(std::span<const Scalar> v, std::span<Scalar> out) const;
};

/// When to stop; whatever is reached first.
struct ConjugateGradientOptions {
  Index max_iterations = 250;  ///< Martens 2010
  /// Stops at i > k, φ_i < 0 and (φ_i − φ_{i−k}) / φ_i < k · this, k = max(10, ⌈0.1 i⌉); 0: never. Martens 2010
  double progress_tolerance = 5e-4;
  /// Stops at ‖r‖₂ ≤ this · ‖b‖₂. Less than the rounding of Scalar (2⁻⁵² or 2⁻²³) counts as that.
  double residual_tolerance = 0;
};

enum class ConjugateGradientStatus {
  progress,            ///< φ no longer falls fast enough for its price
  residual,            ///< the residual is small enough
  max_iterations,      ///< the limit was reached
  negative_curvature,  ///< pᵀA p ≤ 0: A is not positive definite
  breakdown,           ///< rᵀM⁻¹r ≤ 0: M is not positive definite, or r so small that its square is 0
  non_finite,          ///< a product is infinite or not a number, or x would become so
};
/// "relative progress", "residual", …
const char* name(ConjugateGradientStatus status);

struct ConjugateGradientResult {
  ConjugateGradientStatus status = ConjugateGradientStatus::max_iterations;
  Index iterations = 0;  ///< i: how often x was moved
  Index products = 0;    ///< with A
  double model = 0;      ///< φ(x), from the r that is carried along
  double residual = 0;   ///< ‖r‖₂, likewise
  double curvature = 0;  ///< pᵀA p / pᵀp of the last p
};

/// What a solve works in. Reset once; solves allocate nothing.
template <class Scalar>
struct ConjugateGradientScratch {
  void reset(Index n, Index max_iterations);

  Vector<Scalar> r, z, p,
      Ap;  ///< after a solve p is its last direction: that of negative curvature, if it ended there
  Vector<double> models;  ///< φ_0, φ_1, …, φ_iterations
};

/// Iterates of a solve, of i = ⌈5 · 1.3ʲ⌉ = 5, 7, 9, 11, 15, … and of the last, whatever it is.
template <class Scalar>
class ConjugateGradientIterates {
 public:
  /// Room for solves of up to max_iterations: about log(max_iterations / 5) / log 1.3 + 2 iterates of n.
  void reset(Index n, Index max_iterations);

  Index count() const { return count_; }
  /// Of the j-th, 0 ≤ j < count(): i, φ_i and x_i.
  Index iteration(Index j) const { return places_[static_cast<std::size_t>(j)].iteration; }
  double model(Index j) const { return places_[static_cast<std::size_t>(j)].model; }
  std::span<const Scalar> x(Index j) const {
    return std::span(values_).subspan(static_cast<std::size_t>(j * n_), static_cast<std::size_t>(n_));
  }

  // For conjugate_gradient:
  void clear();
  bool due(Index iteration) const { return iteration == next_; }
  void record(Index iteration, double model, std::span<const Scalar> x);
  bool fits(Index n, Index max_iterations) const { return n == n_ && max_iterations <= max_iterations_; }

 private:
  struct Place {
    Index iteration;
    double model;
  };
  Index n_ = 0, max_iterations_ = 0, count_ = 0, next_ = 0;
  double grid_ = 0;
  Vector<Scalar> values_;
  std::vector<Place> places_;
};

/// x ← A⁻¹b, beginning at the x that it is given (0 saves a product).
///
/// x always stays finite, and φ(x) never rises. On negative curvature x is as it was before that direction, which is
/// scratch.p; in the first iteration, however, x ← x + p is returned: from 0 that is M⁻¹b, a direction of descent (Nocedal
/// & Wright, Algorithm 7.1). A b of 0 gives x = 0. Without `preconditioner`, M = I. Vectors must not overlap. Throws Error
/// when sizes differ, or exceed what scratch or iterates were reset for.
template <class Scalar>
ConjugateGradientResult conjugate_gradient(std::type_identity_t<LinearOperator<Scalar>> A,
                                           std::type_identity_t<std::span<const Scalar>> b,
                                           std::type_identity_t<std::span<Scalar>> x,
                                           ConjugateGradientScratch<Scalar>& scratch,
                                           const ConjugateGradientOptions& options = {},
                                           std::type_identity_t<LinearOperator<Scalar>> preconditioner = {},
                                           ConjugateGradientIterates<Scalar>* iterates = nullptr);

extern template struct DiagonalPreconditioner<float>;
extern template struct DiagonalPreconditioner<double>;
extern template struct ConjugateGradientScratch<float>;
extern template struct ConjugateGradientScratch<double>;
extern template class ConjugateGradientIterates<float>;
extern template class ConjugateGradientIterates<double>;
extern template ConjugateGradientResult conjugate_gradient<float>(
    LinearOperator<float>, std::span<const float>, std::span<float>, ConjugateGradientScratch<float>&,
    const ConjugateGradientOptions&, LinearOperator<float>, ConjugateGradientIterates<float>*);
extern template ConjugateGradientResult conjugate_gradient<double>(
    LinearOperator<double>, std::span<const double>, std::span<double>, ConjugateGradientScratch<double>&,
    const ConjugateGradientOptions&, LinearOperator<double>, ConjugateGradientIterates<double>*);

}  // namespace gradus
