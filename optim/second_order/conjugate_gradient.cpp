#include "optim/second_order/conjugate_gradient.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/threads.h"
#include "optim/vector_math.h"

namespace gradus {
namespace {

constexpr Index grain = 4096;

// y ← x + b y
template <class Scalar>
void scale_and_add(std::span<const Scalar> x, Scalar b, std::span<Scalar> y) {
  parallel_for(std::ssize(x), grain, [b, from = x.data(), to = y.data()](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) to[i] = from[i] + b * to[i];
  });
}

Index window(Index i) { return std::max<Index>(10, (i + 9) / 10); }

bool slow(const Vector<double>& models, Index i, double tolerance) {
  const Index k = window(i);
  if (i <= k) return false;
  const double now = models[static_cast<std::size_t>(i)], before = models[static_cast<std::size_t>(i - k)];
  return now < 0 && (now - before) / now < static_cast<double>(k) * tolerance;
}

template <class Scalar>
void check(std::span<const Scalar> b, std::span<Scalar> x, const ConjugateGradientScratch<Scalar>& scratch,
           const ConjugateGradientOptions& options, const ConjugateGradientIterates<Scalar>* iterates) {
  if (b.size() != x.size())
    throw Error(fmt::format("[conjugate_gradient] b has {} elements, but x has {}.", b.size(), x.size()));
  if (options.max_iterations < 0 || !(options.progress_tolerance >= 0) || !(options.residual_tolerance >= 0))
    throw Error(fmt::format(
        "[conjugate_gradient] max_iterations ({}), progress_tolerance ({}) and residual_tolerance "
        "({}) must be at least 0.",
        options.max_iterations, options.progress_tolerance, options.residual_tolerance));
  if (scratch.r.size() != b.size() || std::ssize(scratch.models) <= options.max_iterations)
    throw Error(fmt::format(
        "[conjugate_gradient] the scratch was reset for {} elements and {} iterations, but {} and {} are "
        "needed: call its reset with these.",
        scratch.r.size(), std::ssize(scratch.models) - 1, b.size(), options.max_iterations));
  if (iterates && !iterates->fits(std::ssize(b), options.max_iterations))
    throw Error(
        fmt::format("[conjugate_gradient] the iterates were not reset for {} elements and {} iterations: "
                    "call their reset with these.",
                    b.size(), options.max_iterations));
}

template <class Scalar>
ConjugateGradientStatus solve(LinearOperator<Scalar> A, std::span<const Scalar> b, std::span<Scalar> x,
                              ConjugateGradientScratch<Scalar>& scratch,
                              const ConjugateGradientOptions& options, LinearOperator<Scalar> preconditioner,
                              ConjugateGradientIterates<Scalar>* iterates, ConjugateGradientResult& result) {
  using enum ConjugateGradientStatus;
  using View = std::span<const Scalar>;
  constexpr double largest = std::numeric_limits<Scalar>::max();
  constexpr double rounding = std::numeric_limits<Scalar>::epsilon();
  const std::span<Scalar> r = scratch.r, p = scratch.p, Ap = scratch.Ap;
  const View z = preconditioner ? scratch.z : scratch.r;
  Vector<double>& models = scratch.models;
  Index& i = result.iterations;
  double &phi = result.model, &norm_r = result.residual;

  const double norm_b = norm(b);
  if (!std::isfinite(norm_b)) return non_finite;
  if (norm_b == 0) std::fill(x.begin(), x.end(), Scalar(0));
  double bound_x = norm(View(x));  // ≥ ‖x‖
  if (!std::isfinite(bound_x)) return non_finite;
  if (bound_x == 0) {
    std::copy(b.begin(), b.end(), r.begin());
  } else {
    A(x, r);
    ++result.products;
    scale_and_add<Scalar>(b, -1, r);
    phi = -(dot(View(x), b) + dot(View(x), View(r))) / 2;
  }
  norm_r = norm(View(r));
  if (!std::isfinite(norm_r) || !std::isfinite(phi)) return non_finite;
  models[0] = phi;

  const double small = std::max(options.residual_tolerance, rounding) * norm_b;
  double rz = 0;
  for (;;) {
    if (norm_r <= small) return residual;
    if (slow(models, i, options.progress_tolerance)) return progress;
    if (i == options.max_iterations) return max_iterations;

    if (preconditioner) preconditioner(r, scratch.z);
    const double rz_before = rz;
    rz = dot(View(r), z);
    if (!std::isfinite(rz)) return non_finite;
    if (rz <= 0) return breakdown;
    if (i == 0)
      std::copy(z.begin(), z.end(), p.begin());
    else
      scale_and_add(z, static_cast<Scalar>(rz / rz_before), p);
    A(p, Ap);
    ++result.products;

    const double pAp = dot(View(p), View(Ap)), norm_p = norm(View(p));
    result.curvature = pAp / norm_p / norm_p;
    if (!std::isfinite(result.curvature)) return non_finite;
    const bool negative = pAp <= 0;
    if (negative && i > 0) return negative_curvature;
    const double alpha = negative ? 1 : rz / pAp;
    const auto step = static_cast<Scalar>(alpha);
    bound_x += alpha * norm_p;
    if (!std::isfinite(step) || !(bound_x <= largest)) return non_finite;
    axpy(-step, View(Ap), r);
    norm_r = norm(View(r));
    if (!std::isfinite(norm_r)) return non_finite;
    axpy(step, View(p), x);
    phi += alpha * (alpha * pAp / 2 - rz);
    models[static_cast<std::size_t>(++i)] = phi;
    if (negative) return negative_curvature;
    if (iterates && iterates->due(i)) iterates->record(i, phi, x);
  }
}

}  // namespace

const char* name(ConjugateGradientStatus status) {
  switch (status) {
    case ConjugateGradientStatus::progress:
      return "relative progress";
    case ConjugateGradientStatus::residual:
      return "residual";
    case ConjugateGradientStatus::max_iterations:
      return "iteration limit";
    case ConjugateGradientStatus::negative_curvature:
      return "negative curvature";
    case ConjugateGradientStatus::breakdown:
      return "breakdown";
    case ConjugateGradientStatus::non_finite:
      return "not finite";
  }
  return "";
}

template <class Scalar>
void DiagonalPreconditioner<Scalar>::operator()(std::span<const Scalar> v, std::span<Scalar> out) const {
  parallel_for(std::ssize(v), grain,
               [d = diagonal.data(), from = v.data(), to = out.data()](Index begin, Index end) {
                 for (Index i = begin; i < end; ++i) to[i] = from[i] / d[i];
               });
}

template <class Scalar>
void ConjugateGradientScratch<Scalar>::reset(Index n, Index max_iterations) {
  for (Vector<Scalar>* v : {&r, &z, &p, &Ap}) v->assign(static_cast<std::size_t>(n), 0);
  models.assign(static_cast<std::size_t>(max_iterations) + 1, 0);
}

template <class Scalar>
void ConjugateGradientIterates<Scalar>::reset(Index n, Index max_iterations) {
  n_ = n;
  max_iterations_ = max_iterations;
  Index room = 1;
  for (double grid = 5; grid <= static_cast<double>(max_iterations); grid *= 1.3) ++room;
  values_.assign(static_cast<std::size_t>(room * n), 0);
  places_.assign(static_cast<std::size_t>(room), {0, 0});
  clear();
}

template <class Scalar>
void ConjugateGradientIterates<Scalar>::clear() {
  count_ = 0;
  grid_ = 5;
  next_ = 5;
}

template <class Scalar>
void ConjugateGradientIterates<Scalar>::record(Index iteration, double model, std::span<const Scalar> x) {
  std::copy(x.begin(), x.end(), values_.begin() + count_ * n_);
  places_[static_cast<std::size_t>(count_++)] = {iteration, model};
  if (due(iteration)) next_ = static_cast<Index>(std::ceil(grid_ *= 1.3));
}

template <class Scalar>
ConjugateGradientResult conjugate_gradient(std::type_identity_t<LinearOperator<Scalar>> A,
                                           std::type_identity_t<std::span<const Scalar>> b,
                                           std::type_identity_t<std::span<Scalar>> x,
                                           ConjugateGradientScratch<Scalar>& scratch,
                                           const ConjugateGradientOptions& options,
                                           std::type_identity_t<LinearOperator<Scalar>> preconditioner,
                                           ConjugateGradientIterates<Scalar>* iterates) {
  check(b, x, scratch, options, iterates);
  if (iterates) iterates->clear();
  ConjugateGradientResult result;
  result.status = solve(A, b, x, scratch, options, preconditioner, iterates, result);
  if (iterates) {
    const Index count = iterates->count();
    if (count == 0 || iterates->iteration(count - 1) != result.iterations)
      iterates->record(result.iterations, result.model, x);
  }
  return result;
}

template struct DiagonalPreconditioner<float>;
template struct DiagonalPreconditioner<double>;
template struct ConjugateGradientScratch<float>;
template struct ConjugateGradientScratch<double>;
template class ConjugateGradientIterates<float>;
template class ConjugateGradientIterates<double>;
template ConjugateGradientResult conjugate_gradient<float>(LinearOperator<float>, std::span<const float>,
                                                           std::span<float>, ConjugateGradientScratch<float>&,
                                                           const ConjugateGradientOptions&,
                                                           LinearOperator<float>,
                                                           ConjugateGradientIterates<float>*);
template ConjugateGradientResult conjugate_gradient<double>(
    LinearOperator<double>, std::span<const double>, std::span<double>, ConjugateGradientScratch<double>&,
    const ConjugateGradientOptions&, LinearOperator<double>, ConjugateGradientIterates<double>*);

}  // namespace gradus
