#pragma once
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../../data/dataset.h"
#include "../../nn/network.h"
#include "../../nn/run/plan.h"
#include "batch_buffer.h"

namespace gradus {

struct Evaluation {
  double loss = 0;  ///< mean over the cases, without dropout and penalty
  std::optional<double>
      accuracy;  ///< share of the cases whose class is predicted, 0 … 1; none without classes
  /// Σ (prediction − target)² over the numbers of a case, mean over the cases, where the targets are numbers: of an
  /// autoencoder the reconstruction error Σ (σ(z) − x)² over the pixels that papers report. None with classes.
  std::optional<double> squared_error = {};
  Index cases = 0;
};

/// "accuracy 98.10 %, loss 0.0612", or "squared error 1.4400, loss 62.1135"
std::string to_string(const Evaluation& result);

/// Runs a network without dropout over whole datasets, in large blocks. Its plans and buffers are kept from
/// one evaluation to the next. A dataset that does not fit the network, or a θ of another size, is an Error.
template <class Scalar>
class Evaluator {
 public:
  using View = std::span<const Scalar>;

  /// `network` must live as long as this does.
  explicit Evaluator(const Network& network) : network_(&network) {}

  Evaluation evaluate(View theta, const Dataset& data);
  /// The network's outputs, one row a case.
  Vector<Scalar> outputs(View theta, const Dataset& data);
  /// The class of each case, where its output is largest; −1 where an output is NaN. The network must have
  /// classes.
  std::vector<Index> predict(View theta, const Dataset& data);

 private:
  struct Block {
    Index begin, cases;
    View losses, outputs, targets, squared_errors;  // the last empty with classes
  };
  template <class Visit>
  void for_each_block(View theta, const Dataset& data, Visit visit);

  const Network* network_;
  std::optional<BatchBuffer<Scalar>> buffer_;
  std::map<Index, Plan<Scalar>> plans_;  // by the number of cases
  std::vector<Index> cases_;
};

extern template class Evaluator<float>;
extern template class Evaluator<double>;

/// Loss and accuracy or squared error of a network with the parameters θ on a dataset.
Evaluation evaluate(const Network& network, std::span<const float> theta, const Dataset& data);
Evaluation evaluate(const Network& network, std::span<const double> theta, const Dataset& data);

}  // namespace gradus
