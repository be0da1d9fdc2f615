#pragma once
#include <memory>
#include <string>
#include <vector>

#include "least_squares.h"

namespace gradus {

/// A problem to try methods on: minimize f(x) = Σ f_i(x)², beginning at x₀.
struct TestProblem {
  int number;                  ///< in the paper, 1 … 35
  std::string name;            ///< "Freudenstein and Roth"
  Index n, m;                  ///< how many unknowns, how many residuals
  std::vector<double> start;   ///< x₀
  std::vector<double> minima;  ///< f at its known minima, the least first, to double precision
  std::string note;            ///< what else is known of f
  std::shared_ptr<const Residuals> residuals;

  /// factor · x₀; the paper takes 1, 10 and 100. As in the paper's programs it is factor · (1, …, 1) where x₀ = 0,
  /// which is Watson's function alone, and the factor is not 1. Far from x₀ f need not be finite.
  std::vector<double> scaled_start(double factor) const;
};

/// The 35 test functions of Moré, Garbow and Hillstrom in their order, each in a usual size, n = 10 where it is free;
/// Watson's, the penalty functions and Chebyquad, whose minima depend on n, in several of the paper's sizes.
///
///     for (const TestProblem& problem : more_garbow_hillstrom()) {
///       LeastSquares<double> f(problem.residuals);
///       …
///     }
///
/// J. J. Moré, B. S. Garbow, K. E. Hillstrom: Testing unconstrained optimization software. ACM Transactions on
/// Mathematical Software 7 (1981), 17–41. Function 11 has |y_i − x_2| where the paper prints |y_i m i x_2|.
const std::vector<TestProblem>& more_garbow_hillstrom();

}  // namespace gradus
