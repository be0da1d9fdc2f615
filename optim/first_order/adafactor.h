#pragma once
#include "first_order.h"

namespace gradus {

/// Adafactor: Adam's second moment of a matrix kept as the sums of its rows and columns, steps relative to the
/// parameters' size, and no momentum.
///
///     β̂ = 1 − t^(−decay)
///     for each matrix X of θ with its gradient G:
///     S = G² + ε₁
///     Rᵢ ← β̂ Rᵢ + (1 − β̂) Σⱼ Sᵢⱼ
///     Cⱼ ← β̂ Cⱼ + (1 − β̂) Σᵢ Sᵢⱼ
///     Vᵢⱼ = Rᵢ Cⱼ/Σᵢ Rᵢ                  for a vector, this is V ← β̂ V + (1 − β̂) S
///     U = G/√V
///     X ← X − max(ε₂, RMS(X)) min(η, 1/√t) U/max(1, RMS(U)/d)
///
/// RMS is the root of the mean of the squares over the matrix. η is relative: a step changes X by no more than that
/// share of its RMS. ε₁ is in S, ε₂ the least RMS that X counts as, so that zeros can grow. β̂ is 0 in the first
/// step, so the state needs no correction. First moment off and relative steps: the paper's Algorithms 4 to 6.
/// decoupled_weight_decay acts with η.
///
/// Defaults: η = 0.01, decay = 0.8, ε₁ = 1e-30, ε₂ = 1e-3, d (clip) = 1 (paper, Algorithm 6). PyTorch's bounds √V from
/// below by the machine's ε in place of ε₁; Keras has η = 0.001; optax factors matrices from 128 × 128 on.
///
/// State: R, C: n + k numbers for a matrix of n rows and k columns; n + 1 for a vector of n.
///
/// N. Shazeer, M. Stern: Adafactor: Adaptive learning rates with sublinear memory cost. ICML 2018, PMLR 80,
/// 4596–4604, arXiv:1804.04235.
struct AdafactorOptions {
  Schedule learning_rate = 0.01;  ///< η
  double decay = 0.8;
  double epsilon1 = 1e-30;
  double epsilon2 = 1e-3;
  double clip = 1;  ///< d
  Guards guards = {};
  void visit(OptionVisitor&);
};

///     Adafactor adafactor({.learning_rate = 0.01});
template <class Scalar = float>
class Adafactor : public FirstOrder<Scalar> {
 public:
  explicit Adafactor(AdafactorOptions options = {});

 private:
  using typename FirstOrder<Scalar>::Fields;
  struct Matrix {
    Layout::Block block;
    Index rows, columns;            // of a vector one row: V = C then
    Index first_row, first_column;  // where its R and C begin
    Index strips, panels;           // how many parts of columns and of rows are worked on at a time
    double u2;                      // Σ U² of this step
  };
  void state(const Fields&) override {}
  void begin(const Layout& layout) override;
  void visit_numbers(StateVisitor& visitor) override;
  Change update(const RuleStep<Scalar>& step) override;
  Change estimate(const RuleStep<Scalar>& step, Matrix& matrix);
  Change move(const RuleStep<Scalar>& step, const Matrix& matrix);

  AdafactorOptions options_;
  Vector<double> r_, c_;  // of all matrices, one after the other
  // Not state:
  std::vector<Matrix> matrices_;
  Vector<double> next_r_, next_c_;
  Vector<Scalar> row_factors_, column_factors_;  // √(ΣR/R) and 1/√C
  Vector<double> row_sums_, column_sums_;        // Σ G² over a strip, over a panel
};

extern template class Adafactor<float>;
extern template class Adafactor<double>;

}  // namespace gradus
