#pragma once
#include <span>
#include <string_view>

#include "../objective.h"

namespace gradus {

/// The matrix of a Curvature, formed from its products with unit vectors, and its Cholesky factor: for methods that solve
/// systems with it directly. Both are kept as lower triangles, n² numbers together. Matrix products are done by BLAS on the
/// threads of threads(), with the same bits on any number of them. Only reset allocates.
template <class Scalar>
class DenseCurvature {
 public:
  using View = std::span<const Scalar>;
  using Ref = std::span<Scalar>;

  /// Makes room for n × n. Throws Error when n exceeds `most`, the option `limit` of the method `who`, with the memory that
  /// it would take.
  void reset(std::string_view who, std::string_view limit, Index n, Index most);

  /// C ← (C' + C'ᵀ)/2, C' of n products, several directions at a time. Returns −1, or the first i for which C' eᵢ is not
  /// finite.
  Index form(Curvature<Scalar>& curvature);
  /// Cᵢᵢ
  View diagonal() const { return diagonal_; }

  /// L Lᵀ = C + λ diag(D); without D, D = I. False where that is not positive definite: where a pivot is no larger than the
  /// rounding of the element that it comes from.
  bool factorise(double lambda = 0, View D = {});
  /// L Lᵀ = C + τ diag(D), for the first τ with which that is positive definite. τ begins at 0, or at β − min Cᵢᵢ where
  /// that diagonal is not positive, and is then max(10 τ, β), …: Nocedal & Wright, Numerical optimization, 2006, Algorithm
  /// 3.3, with the factor that they give for fewer factorisations. Returns τ; infinity when there is none.
  double factorise_shifted(double beta, View D = {});
  /// x ← (L Lᵀ)⁻¹x
  void solve(Ref x) const;

 private:
  // Columns in panels of `width`, one after the other; of panel q the rows from q · width on, each without a gap.
  static constexpr Index width = 96;
  Index columns(Index q) const { return q + 1 < panels_ ? width : n_ - q * width; }
  Index rows(Index q) const { return n_ - q * width; }
  std::size_t offset(Index q) const {
    return static_cast<std::size_t>(q * width * n_ - q * (q - 1) / 2 * width * width);
  }
  bool factorise_block(Scalar* panel, Index size, const Scalar* pivots_from);
  void eliminate(Scalar* panel, Index size, Index below);

  Index n_ = 0, panels_ = 0;
  Vector<Scalar> matrix_, factor_;
  Vector<Scalar> diagonal_, shifted_;     // shifted_: Cᵢᵢ + λ Dᵢ
  Vector<Scalar> directions_, products_;  // of as many unit vectors as a panel has columns
  Vector<Scalar> transposed_;             // of the panel's triangle
};

extern template class DenseCurvature<float>;
extern template class DenseCurvature<double>;

}  // namespace gradus
