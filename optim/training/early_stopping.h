#pragma once
#include <algorithm>
#include <limits>
#include <optional>
#include <span>

#include "../../base/vector.h"

namespace gradus {

/// Stops when the validation loss has not improved, by more than min_delta, for `patience` epochs; the
/// parameters of the best epoch are restored, whatever ended the run (Goodfellow, Bengio & Courville 2016,
/// Algorithm 7.1).
struct EarlyStopping {
  Index patience = 5;    ///< ≥ 1
  double min_delta = 0;  ///< ≥ 0
};

/// Remembers the parameters with the smallest loss.
template <class Scalar>
class BestPoint {
 public:
  explicit BestPoint(const EarlyStopping& options) : options_(options) {}

  /// The loss after an epoch; NaN is no improvement. Returns whether patience has run out.
  bool exhausted_after(Index epoch, double loss, std::span<const Scalar> theta) {
    if (loss < loss_ - options_.min_delta) {
      loss_ = loss;
      epoch_ = epoch;
      theta_.assign(theta.begin(), theta.end());
    }
    return epoch - epoch_.value_or(0) >= options_.patience;
  }
  /// The best epoch, if any had a loss.
  std::optional<Index> epoch() const { return epoch_; }
  void restore(std::span<Scalar> theta) const { std::ranges::copy(theta_, theta.begin()); }

 private:
  EarlyStopping options_;
  double loss_ = std::numeric_limits<double>::infinity();
  std::optional<Index> epoch_;
  Vector<Scalar> theta_;
};

}  // namespace gradus
