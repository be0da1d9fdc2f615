#pragma once
#include "optim/line_search/line_search.h"

namespace gradus {

/// A line search under way: it evaluates and counts, keeps the lowest point, and knows the conditions.
class Search {
 public:
  Search(LineFunction& phi, const LinePoint& start, const LineSearch& options, double rounding);

  const LinePoint& start;
  const LineSearch& options;
  const double rounding;
  const double epsilon;  ///< by how much values may differ for no other reason than rounding

  /// False, without evaluating, once max_evaluations is reached. A point that is not finite comes back with the value ∞
  /// and the slope NaN.
  bool at(double alpha, LinePoint& point);
  bool value_at(double alpha, LinePoint& point);

  /// φ(α) ≤ φ(0) + c₁ α φ'(0)
  bool sufficient_decrease(const LinePoint& p) const;
  /// |φ(α) − φ(0)| ≤ ε
  bool level(const LinePoint& p) const;
  /// (2c₁ − 1) φ'(0) ≥ φ'(α) ≥ c₂ φ'(0)
  bool approximate_wolfe(const LinePoint& p) const;

  LineSearchResult accept(const LinePoint& last) const;
  /// With the lowest point, and a status that tells rounding from failure. `closed_in`: to where there is no room for
  /// another trial.
  LineSearchResult give_up(const char* reason, bool closed_in = false) const;
  LineSearchResult closed_in() const;
  LineSearchResult out_of_evaluations() const;

 private:
  bool note(LinePoint& point, bool finite);

  LineFunction& phi_;
  LinePoint lowest_;
  int evaluations_ = 0;
  bool finite_seen_ = false, all_level_ = true, promising_ = false;
};

/// How far to go towards a point that was too far, from the last that was not.
inline constexpr double too_far_share = 0.1;

LineSearchResult backtracking(Search& search, double first);
LineSearchResult more_thuente(Search& search, double first);
LineSearchResult hager_zhang(Search& search, double first);

}  // namespace gradus
