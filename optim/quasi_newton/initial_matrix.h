#pragma once
#include <span>
#include <string_view>

#include "../../base/vector.h"

namespace gradus {

/// What H is before the pairs correct it.
enum class Initial {
  identity,  ///< γ I with γ = sᵀy / yᵀy of the newest pair (Nocedal & Wright 2006, eq. 7.20)
  diagonal   ///< a diagonal matrix, itself corrected by each pair
};
inline constexpr std::string_view initial_names[] = {"identity", "diagonal"};

/// The initial matrix of L-BFGS. A diagonal D begins at I and with each pair becomes the diagonal of its own BFGS update,
/// scaled before so that it fits the pair along y (Gilbert & Lemaréchal 1989, §4):
///
///     D ← (sᵀy / yᵀDy) D
///     1/D_i ← 1/D_i + y_i²/sᵀy − (s_i/D_i)² / Σ_j s_j²/D_j
template <class Scalar>
class InitialMatrix {
 public:
  using View = std::span<const Scalar>;

  void reset(Index n, Initial kind);
  /// Back to I.
  void clear();
  /// Corrects it by a pair with these products, sᵀy > 0.
  void learn(View s, View y, double s_y, double y_y);

  double gamma() const { return gamma_; }      ///< the factor of I; 1 for a diagonal
  View diagonal() const { return diagonal_; }  ///< empty for γ I

  template <class Visitor>
  void visit(Visitor& visitor) {
    visitor.scalar("gamma", gamma_);
    visitor.vector("diagonal", std::span(diagonal_));
  }

 private:
  double gamma_ = 1;
  Vector<Scalar> diagonal_;
};

extern template class InitialMatrix<float>;
extern template class InitialMatrix<double>;

}  // namespace gradus
