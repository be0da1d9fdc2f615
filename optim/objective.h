#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "../base/error.h"
#include "../base/vector.h"
#include "layout.h"

namespace gradus {

/// A derivative was asked of an objective that does not offer it.
class Unsupported : public Error {
 public:
  using Error::Error;
};

/// An objective's curvature at the point where it was asked for: a symmetric matrix C, size() × size(), that
/// is never formed. It belongs to its objective, and is valid until that is asked for this kind of curvature
/// again.
template <class Scalar>
class Curvature {
 public:
  using View = std::span<const Scalar>;
  using Ref = std::span<Scalar>;

  virtual ~Curvature() = default;
  /// out ← C v. The two must not overlap.
  virtual void apply(View v, Ref out) = 0;
  /// The same for `count` directions, one after the other in v, their products one after the other in out: one by one
  /// where it is not overridden.
  virtual void apply_many(Index count, View v, Ref out);
  /// The objective at another point on the cases that C was taken from, which may be others than those of the
  /// gradient: for the reduction ratio of damping, and for backtracking.
  virtual Scalar value(View theta) = 0;
  /// How many cases C is of, relative to those of the gradient; what a product costs is in proportion.
  virtual double share() const { return 1; }
};

template <class Scalar>
class Objective;

/// The cases that a batch shares with the next one, as an objective of their own.
template <class Scalar>
struct Overlap {
  Objective<Scalar>* objective = nullptr;  ///< none where nothing is shared; valid until the next batch
  double share = 0;                        ///< how many cases, relative to the batch's
};

/// A real function f of one flat vector θ, and what can be known of it. All that an optimization method sees
/// of a problem; to pose one of your own, override the first three. Vectors have size() elements.
template <class Scalar>
class Objective {
 public:
  using View = std::span<const Scalar>;
  using Ref = std::span<Scalar>;

  virtual ~Objective() = default;
  virtual Index size() const = 0;
  /// f(θ)
  virtual Scalar value(View theta) = 0;
  /// out ← ∇f(θ); returns f(θ). The two must not overlap.
  virtual Scalar gradient(View theta, Ref out) = 0;
  /// The Hessian ∇²f(θ). Throws Unsupported where it is not overridden.
  virtual Curvature<Scalar>& hessian(View theta);
  /// The generalised Gauss–Newton matrix at θ, positive semi-definite. Throws Unsupported where it is not
  /// overridden.
  virtual Curvature<Scalar>& gauss_newton(View theta);
  /// out ← the mean over the cases, those of the curvature, of the squared elements of ∇ℓ_i(θ), the gradient of one case:
  /// the diagonal of the empirical Fisher matrix. Throws Unsupported where it is not overridden.
  virtual void empirical_fisher_diagonal(View theta, Ref out);
  /// A number that stays the same for as long as f is the same function: another one on another batch. Values and
  /// gradients are compared only where it is equal.
  virtual std::uint64_t version() const { return 0; }
  /// What this f has in common with the next one, where f is a batch's: gradients on it may be compared across batches.
  virtual Overlap<Scalar> overlap() { return {}; }
  /// What θ is made of: one vector where it is not overridden.
  virtual Layout layout() const { return size(); }
  /// What messages call the i-th element of θ: "θ[i]" where it is not overridden.
  virtual std::string element_name(Index i) const;
};

extern template class Curvature<float>;
extern template class Curvature<double>;
extern template class Objective<float>;
extern template class Objective<double>;

}  // namespace gradus
