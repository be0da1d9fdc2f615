#pragma once
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "nn/run/plan.h"

namespace gradus {

template <class Scalar>
struct Bound {
  Tensor input;
  std::span<const Scalar> values;
};

/// The values of tensors, run on a number of cases.
template <class Scalar>
std::vector<Vector<Scalar>> evaluate(const std::vector<Tensor>& outputs, Index cases,
                                     const std::vector<Bound<Scalar>>& inputs) {
  Plan<Scalar> plan(outputs, cases);
  for (const auto& [input, values] : inputs) plan.bind(input, values);
  plan.run();
  std::vector<Vector<Scalar>> results;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    results.emplace_back(plan.output(i).begin(), plan.output(i).end());
  return results;
}

inline std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

template <class Scalar = double>
Vector<Scalar> normal_vector(Index n, const char* purpose, double stddev = 1) {
  Random random(7, purpose);
  Vector<Scalar> values(static_cast<std::size_t>(n));
  for (Scalar& x : values) x = static_cast<Scalar>(stddev * random.normal());
  return values;
}

}  // namespace gradus
