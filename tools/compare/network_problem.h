#pragma once
#include <functional>
#include <optional>
#include <string>

#include "data/dataset.h"
#include "nn/network.h"
#include "tools/compare/problem.h"

namespace gradus::compare {

/// A network that is trained.
struct NetworkSpec {
  std::string description;  ///< a sentence
  std::function<Network()> network;
  std::optional<double> target = {};  ///< of the validation loss
  std::string criterion = "validation_loss";
  Index batch_size = 128;
};

/// What it learns from, and what it is judged by.
struct DataParts {
  Dataset training, validation, test;
};

/// A network over data, in float. Large batches are a tenth of the cases, and Hessian-free takes a fifth of that for its
/// curvature. Parameters begin as drawn for the run's seed, which the order of the cases and dropout are of, too.
class NetworkProblem : public Problem {
 public:
  NetworkProblem(const std::string& name, NetworkSpec spec, DataParts data);
  double steps_per_epoch(Index batch_size) const override;
  void check(const std::string& method, const std::string& options) const override;
  Result run(const Assignment& assignment) const override;

 private:
  NetworkSpec spec_;
  DataParts data_;
};

/// The same 5000 cases, or a tenth, of the training cases are for validation in all runs.
template <class Sets>
DataParts parts_of(const Sets& sets) {
  auto [training, validation] = sets.train.split(std::min<Index>(5000, sets.train.size() / 10), 0);
  return {training, validation, sets.test};
}

}  // namespace gradus::compare
