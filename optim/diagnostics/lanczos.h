#pragma once
#include <span>
#include <string>
#include <vector>

#include "../objective.h"

namespace gradus {

/// A symmetric tridiagonal matrix T, k × k, and what couples it to the rest.
struct Tridiagonal {
  std::vector<double> alpha;  ///< α₁ … α_k, its diagonal
  std::vector<double> beta;   ///< β₁ … β_{k−1}, beside the diagonal, and last β_k
};

/// An eigenvalue of T, with the eigenvector s of length 1.
struct RitzValue {
  double value = 0;
  double bound = 0;   ///< |β_k s_k|: C has an eigenvalue at most so far from `value`, in exact arithmetic
  double weight = 0;  ///< s₁², the eigenvector's share in q₁; the weights sum to 1
};

/// The eigenvalues of T, ascending. Throws Error where T is not finite, or alpha and beta are not of the same length.
std::vector<RitzValue> ritz_values(const Tridiagonal& t);

enum class LanczosStep {
  extended,   ///< T has grown, and can grow on
  invariant,  ///< T has grown, and is complete: its eigenvalues are eigenvalues of C
  non_finite  ///< the product was not finite; T is as it was
};

/// Lanczos' method: a symmetric matrix C, n × n, made tridiagonal on the space of q₁, Cq₁, C²q₁, …, one product a step:
///
///     v ← C q_k,   α_k ← q_kᵀv,   v ← (I − QQᵀ)v twice,   β_k ← ‖v‖,   q_{k+1} ← v/β_k,   Q ← (q₁ … q_{k+1})
///
/// so that C Q_k = Q_k T_k + β_k q_{k+1} e_kᵀ. Projected twice, v is orthogonal to all of Q as far as it is rounded,
/// and no eigenvalue comes up again as a copy that C does not have. The space is invariant where k = n, or β_k ≤ 16 ε
/// max ‖C q_j‖, ε the spacing of Scalar's numbers at 1.
///
/// Memory: a vector of n for each step, all for as long as this lives. Work, besides the products: about 4 k n
/// multiplications in step k. α and β are in double.
///
/// C. Lanczos: An iteration method for the solution of the eigenvalue problem of linear differential and integral
/// operators. J. Res. Nat. Bur. Standards 45, 1950. B. N. Parlett: The Symmetric Eigenvalue Problem, SIAM 1998, §6.9
/// and chapter 13.
///
///     Lanczos<float> lanczos(objective.hessian(theta), n);
///     lanczos.begin(v);
///     while (lanczos.t().alpha.size() < 50 && lanczos.step() == LanczosStep::extended) {}
///     for (const RitzValue& ritz : ritz_values(lanczos.t())) …
template <class Scalar>
class Lanczos {
 public:
  using View = std::span<const Scalar>;

  /// C must live as long as this does. Throws Error for n < 0.
  Lanczos(Curvature<Scalar>& c, Index n);

  /// Forgets Q.
  void clear();
  /// Begins an empty T with q₁ along what of `v` is orthogonal to Q, whose vectors stay: after an invariant space
  /// this is another block of C. Returns false where there is nothing, and where v is not finite. Throws Error when v
  /// has not n elements.
  bool begin(View v);
  /// Throws Error where T cannot grow: begin() did not return true, or the last step not `extended`.
  LanczosStep step();

  const Tridiagonal& t() const { return t_; }
  Index products() const { return products_; }
  /// A sentence, after a product that was not finite.
  const std::string& message() const { return message_; }

 private:
  void project(std::span<Scalar> v) const;
  Vector<Scalar>& next();

  Curvature<Scalar>& c_;
  Index n_;
  Tridiagonal t_;
  std::vector<Vector<Scalar>> q_;  // the first `size_` are Q, others are room
  std::size_t size_ = 0;
  bool open_ = false;  // T can grow
  Index products_ = 0;
  double scale_ = 0;  // max ‖C q_j‖
  std::string message_;
};

extern template class Lanczos<float>;
extern template class Lanczos<double>;

}  // namespace gradus
