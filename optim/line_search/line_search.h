#pragma once
#include "../options.h"

namespace gradus {

/// A point of φ(α) = f(θ + α d), the objective along a direction d. All in double, also over float vectors.
struct LinePoint {
  double alpha = 0;
  double value = 0;  ///< φ(α)
  double slope = 0;  ///< φ'(α) = ∇f(θ + α d)ᵀd; NaN where only the value was asked for
};

/// What a line search sees: φ, which may be infinite or NaN.
class LineFunction {
 public:
  virtual ~LineFunction() = default;
  /// φ(α) and φ'(α)
  virtual LinePoint at(double alpha) = 0;
  /// φ(α) alone, which costs a third as much
  virtual LinePoint value_at(double alpha) = 0;
};

enum class LineSearchStatus {
  ok,              ///< the conditions hold at `point`, which is the one that was evaluated last
  rounding_floor,  ///< nothing was lower, nor promised by the slopes, by more than rounding
  not_descent,     ///< φ'(0) is not negative, or it or φ(0) is not finite: nothing was tried
  failed           ///< no acceptable point within the limits; `point` is the lowest that was seen
};

struct LineSearchResult {
  LineSearchStatus status = LineSearchStatus::failed;
  /// Where to go. Unless ok, the lowest of the start and the points whose value and, where asked for, slope are
  /// finite; of equals the first: α = 0 where nothing lower than the start was found.
  LinePoint point;
  int evaluations = 0;       ///< calls of φ, of both kinds
  bool approximate = false;  ///< ok by the slopes, without sufficient decrease
  const char* reason = "";   ///< unless ok: a clause that says what happened
};

/// How far to go along a direction. A search never throws, never allocates, and never loses the best point.
///
///     backtracking   α ← shrink·α until    φ(α) ≤ φ(0) + c₁ α φ'(0)                      (Armijo)
///     strong_wolfe   Moré & Thuente until  (Armijo)   and   |φ'(α)| ≤ −c₂ φ'(0)
///     hager_zhang    until                 (Armijo)   and    φ'(α)  ≥  c₂ φ'(0)
///
/// Near a minimum φ(α) − φ(0) drowns in the rounding of φ long before φ' does. In place of Armijo's condition then
/// stands what it says about the slopes of a parabola (Hager & Zhang's approximate Wolfe conditions):
///
///     φ(α) ≤ φ(0) + ε   and   (2c₁ − 1) φ'(0) ≥ φ'(α) ≥ c₂ φ'(0),        ε = 16·rounding·|φ(0)|
///
/// for strong_wolfe besides its own, and for backtracking, which asks for slopes only there, where also
/// φ(α) ≥ φ(0) − ε; for hager_zhang wherever it holds, as in the paper. A search that ends otherwise has met the
/// rounding floor where no value was below φ(0) − ε, each parabola through φ(0), φ'(0) and a value φ(α) falls by no
/// more than ε, and either all values were within ε or the trials have closed in on one α; else it has failed.
///
/// Where φ or φ' is infinite or NaN, α is too far: the search goes back to a tenth of the way from the last good point
/// (backtracking: by `shrink`), and not beyond again.
///
/// Defaults: c₁ = 1e-4, c₂ = 0.9 (for quasi-Newton methods, Nocedal & Wright 2006, §3.1; conjugate gradients want 0.1),
/// shrink = ½. c₁ < ½, as else a parabola's minimizer would be refused.
///
/// J. J. Moré, D. J. Thuente: Line search algorithms with guaranteed sufficient decrease. ACM TOMS 20 (1994).
/// W. W. Hager, H. Zhang: A new conjugate gradient method with guaranteed descent and an efficient line search. SIAM J.
/// Optim. 16 (2005), §4. L. Armijo: Minimization of functions having Lipschitz continuous first partial derivatives.
/// Pacific J. Math. 16 (1966).
struct LineSearch {
  enum class Kind { backtracking, strong_wolfe, hager_zhang };

  /// The option "line_search": "backtracking", "strong-wolfe" or "hager-zhang".
  Kind kind = Kind::strong_wolfe;
  double sufficient_decrease = 1e-4;  ///< c₁: μ of Moré & Thuente, δ of Hager & Zhang
  double curvature = 0.9;             ///< c₂: η, σ
  double shrink = 0.5;                ///< of backtracking: the factor of α after each failure
  Index max_evaluations = 40;         ///< calls of φ in one search
  double max_alpha = 1e20;

  /// 0 < c₁ < c₂ < 1, c₁ < ½, 0 < shrink < 1
  void visit(OptionVisitor&);

  /// Searches from φ(0), known to be `start` (with α = 0), beginning with α = `first`, cut to max_alpha; where
  /// `first` is not a positive finite number, with 1. `rounding` is the relative rounding of φ's values: 2⁻²⁴ where
  /// they were computed in float, 2⁻⁵³ in double.
  LineSearchResult operator()(LineFunction& phi, const LinePoint& start, double first, double rounding) const;
};

}  // namespace gradus
