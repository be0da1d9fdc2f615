#pragma once
#include <string>
#include <utility>
#include <vector>

#include "optim/objectives/more_garbow_hillstrom.h"

namespace gradus {

/// The problems as they are declared: number, name, m, x₀, minima, formula; then a note on it.
struct Catalogue {
  std::vector<TestProblem> problems;

  template <class Formula>
  void add(int number, std::string name, Index m, std::vector<double> start, std::vector<double> minima,
           Formula formula) {
    const Index n = std::ssize(start);
    problems.push_back({number, std::move(name), n, m, std::move(start), std::move(minima), "",
                        make_residuals(n, m, formula)});
  }
  void note(std::string text) { problems.back().note = std::move(text); }
};

void add_fixed_dimensions(Catalogue&);     // 1 … 19
void add_variable_dimensions(Catalogue&);  // 20 … 35

template <class T>
T square(const T& x) {
  return x * x;
}

template <class T>
T cube(const T& x) {
  return x * x * x;
}

}  // namespace gradus
