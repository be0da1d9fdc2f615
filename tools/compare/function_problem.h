#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/vector.h"
#include "optim/objective.h"
#include "tools/compare/problem.h"

namespace gradus::compare {

/// A function of a vector, as one run sees it.
struct FunctionRun {
  std::unique_ptr<Objective<double>> objective;
  Vector<double> start;
  /// Where what a method sees is drawn anew for each step: draws it for step t ≥ 0; and the function without noise.
  std::function<void(std::uint64_t t)> draw = {};
  std::function<double(std::span<const double>)> exact = {};
};

struct FunctionSpec {
  std::string description;
  Index parameters = 2;
  double least = 0;  ///< the function's least value
  std::optional<double> target = {};
  bool noisy = false;
  std::function<FunctionRun(std::uint64_t seed)> begin;
};

/// A function, in double. Its epoch is a step. Where it is noisy the criterion is its value without noise, the
/// "validation_loss", otherwise its value, the "training_loss".
class FunctionProblem : public Problem {
 public:
  FunctionProblem(const std::string& name, FunctionSpec spec);
  double steps_per_epoch(Index) const override { return 1; }
  void check(const std::string& method, const std::string& options) const override;
  Result run(const Assignment& assignment) const override;

 private:
  FunctionSpec spec_;
};

}  // namespace gradus::compare
