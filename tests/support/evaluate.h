#pragma once
#include <utility>
#include <vector>

#include "base/vector.h"
#include "nn/graph/graph.h"
#include "nn/run/plan.h"

namespace gradus::test {

/// What inputs are bound to, in double whatever the plan's number type.
using Bindings = std::vector<std::pair<Tensor, Vector<double>>>;

/// Makes a plan, runs it once, and copies what it computed.
template <class Scalar>
std::vector<Vector<Scalar>> evaluate(const std::vector<Tensor>& outputs, const Bindings& bindings,
                                     Index cases = 1, PlanOptions options = {}) {
  Plan<Scalar> plan(outputs, cases, {}, options);
  std::vector<Vector<Scalar>> given;
  for (const auto& [input, values] : bindings) given.emplace_back(values.begin(), values.end());
  for (std::size_t i = 0; i < bindings.size(); ++i) plan.bind(bindings[i].first, given[i]);
  plan.run();
  std::vector<Vector<Scalar>> results;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    results.emplace_back(plan.output(i).begin(), plan.output(i).end());
  return results;
}

}  // namespace gradus::test
