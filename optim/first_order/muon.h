#pragma once
#include "first_order.h"

namespace gradus {

/// Muon: momentum whose step in each matrix is replaced by the nearest (semi-)orthogonal matrix, approximately;
/// vectors are left to AdamW.
///
///     for each matrix X of n rows and k columns, with its gradient G:
///     M ← μ M + G
///     N = G + μ M                          without nesterov: N = M
///     N ← N/(‖N‖ + 1e-7)                   the Frobenius norm
///     `iterations` times (Newton–Schulz):
///         A = N Nᵀ
///         N ← a N + (b A + c A²) N         a, b, c = 3.4445, −4.7750, 2.0315
///     X ← X − η √max(1, n/k) N − η λ X
///     for each vector x, with its gradient g:
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     x ← x − η_a (m/(1 − β₁ᵗ))/(√(v/(1 − β₂ᵗ)) + ε) − η_a λ x
///
/// All singular values of N end between about 0.7 and 1.2, where they were not much smaller than the largest: the
/// iteration is tuned to be quick, and does not converge to 1. Where n > k it works on Nᵀ, which is the same. It takes
/// `iterations` times 4 min(n, k) n k + 2 min(n, k)³ operations, whatever the batch. η_a is adam_learning_rate,
/// which follows the schedule of η: η_a η_t/η₀. Meant for hidden layers; others leave the first and the last matrix to
/// AdamW, too.
///
/// Defaults: η = 0.02, μ = 0.95, nesterov, 5 iterations (Jordan et al.); λ = 0; η_a = 0.001, β₁ = 0.9, β₂ = 0.999,
/// ε = 1e-8 (Jordan's code: 3e-4, 0.9, 0.95, 1e-10). PyTorch: η = 0.001, λ = 0.1.
///
/// State: M (of vectors m), and v of vectors.
///
/// K. Jordan, Y. Jin, V. Boza, J. You, F. Cesista, L. Newhouse, J. Bernstein: Muon: An optimizer for hidden layers
/// in neural networks. 2024, https://kellerjordan.github.io/posts/muon/
struct MuonOptions {
  Schedule learning_rate = 0.02;  ///< η, of matrices
  Schedule momentum = 0.95;       ///< μ
  bool nesterov = true;
  Index iterations = 5;
  double weight_decay = 0;           ///< λ
  double adam_learning_rate = 1e-3;  ///< η_a, of vectors
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Muon muon({.learning_rate = 0.02});
template <class Scalar = float>
class Muon : public FirstOrder<Scalar> {
 public:
  explicit Muon(MuonOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  using typename FirstOrder<Scalar>::Schedules;
  void state(const Fields& each) override;
  void schedules(const Schedules& each) override;
  void begin(const Layout& layout) override;
  void visit_numbers(StateVisitor& visitor) override;
  Change update(const RuleStep<Scalar>& step) override;
  Change update_matrix(const RuleStep<Scalar>& step, const Layout::Block& block);
  Change update_vector(const RuleStep<Scalar>& step, std::span<Scalar> all_m, std::span<Scalar> all_v);
  void orthogonalize(Index rows, Index columns);

  MuonOptions options_;
  Vector<Scalar> m_;
  Vector<Scalar> v_;                          // of all vectors, one after the other
  Vector<Scalar> n_, next_n_, gram_, cubic_;  // not state: made anew for each matrix
};

extern template class Muon<float>;
extern template class Muon<double>;

}  // namespace gradus
