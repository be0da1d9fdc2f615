#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "../base/vector.h"

namespace gradus {

struct BatchOptions {
  std::uint64_t seed = 0;
  bool shuffle = true;     ///< a new order every epoch; otherwise the cases' own order
  bool drop_last = false;  ///< leave out the last batch of an epoch where it is smaller than the others
  Index overlap = 0;       ///< cases, the last ones of a batch, that are the first of the next in its epoch
};

/// Cuts an epoch over cases 0 … cases−1 into batches of `batch_size`. The order of epoch e is a uniformly
/// drawn permutation, a function of (seed, e) alone: a run can be taken up at any batch of any epoch.
/// Allocates only when made. Throws Error for fewer than one case, a batch size below 1, an overlap that is negative or
/// not below the batch size, or when drop_last would leave no batch.
class Batches {
 public:
  Batches(Index cases, Index batch_size, BatchOptions options = {});

  /// Batches in an epoch.
  Index count() const { return count_; }
  /// The cases of batch `which`, 0 ≤ which < count(), of `epoch` ≥ 0; valid until another epoch is asked for.
  std::span<const Index> batch(Index epoch, Index which);
  /// How many of its cases, the last ones, are the next batch's first: 0 for the last batch.
  Index shared_with_next(Index which) const { return which + 1 < count_ ? options_.overlap : 0; }

 private:
  Index batch_size_, count_;
  BatchOptions options_;
  Index epoch_ = -1;  // the one that order_ holds
  std::vector<Index> order_;
};

}  // namespace gradus
