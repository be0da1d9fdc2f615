#include "optim/objectives/more_garbow_hillstrom.h"

#include <algorithm>

#include "optim/objectives/more_garbow_hillstrom/catalogue.h"

namespace gradus {

std::vector<double> TestProblem::scaled_start(double factor) const {
  std::vector<double> x = start;
  const bool zero = std::ranges::all_of(x, [](double element) { return element == 0; });
  for (double& element : x) element = zero && factor != 1 ? factor : factor * element;
  return x;
}

const std::vector<TestProblem>& more_garbow_hillstrom() {
  static const std::vector<TestProblem> problems = [] {
    Catalogue catalogue;
    add_fixed_dimensions(catalogue);
    add_variable_dimensions(catalogue);
    return std::move(catalogue.problems);
  }();
  return problems;
}

}  // namespace gradus
