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
};

/// Cuts an epoch over cases 0 … cases−1 into batches of `batch_size`. The order of epoch e is a uniformly
/// drawn permutation, a function of (seed, e) alone: a run can be taken up at any batch of any epoch.
/// Allocates only when made. Throws Error for fewer than one case, a batch size below 1, or when drop_last
/// would leave no batch.
class Batches {
 public:
  Batches(Index cases, Index batch_size, BatchOptions options = {});

  /// Batches in an epoch.
  Index count() const { return count_; }
  /// The cases of batch `which`, 0 ≤ which < count(), of `epoch` ≥ 0; valid until another epoch is asked for.
  std::span<const Index> batch(Index epoch, Index which);

 private:
  Index batch_size_, count_;
  BatchOptions options_;
  Index epoch_ = -1;  // the one that order_ holds
  std::vector<Index> order_;
};

}  // namespace gradus
