#include "data/batches.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "data/shuffle.h"

namespace gradus {

Batches::Batches(Index cases, Index batch_size, BatchOptions options)
    : batch_size_(batch_size), options_(options) {
  if (cases < 1) throw Error(fmt::format("[Batches] at least one case is needed, not {}.", cases));
  if (batch_size < 1)
    throw Error(fmt::format("[Batches] the batch size must be at least 1, not {}.", batch_size));
  if (options.overlap < 0 || options.overlap >= batch_size)
    throw Error(fmt::format("[Batches] batches of {} overlap by 0 to {} cases, not by {}.", batch_size,
                            batch_size - 1, options.overlap));
  const Index stride = batch_size - options.overlap, rest = std::max<Index>(cases - options.overlap, 1);
  count_ = rest / stride + (rest % stride != 0 && !options.drop_last);
  if (count_ == 0)
    throw Error(
        fmt::format("[Batches] {} cases do not fill one batch of {}, and drop_last leaves out partial ones. "
                    "Keep the last batch or choose a smaller batch size.",
                    cases, batch_size));
  order_.resize(static_cast<std::size_t>(cases));
  std::iota(order_.begin(), order_.end(), Index{0});
}

std::span<const Index> Batches::batch(Index epoch, Index which) {
  if (epoch < 0) throw Error(fmt::format("[Batches] epochs count from 0; there is no epoch {}.", epoch));
  if (which < 0 || which >= count_)
    throw Error(
        fmt::format("[Batches] an epoch has batches 0 to {}; there is no batch {}.", count_ - 1, which));
  if (options_.shuffle && epoch != epoch_) {
    std::iota(order_.begin(), order_.end(), Index{0});
    shuffle(order_, Random(options_.seed, "shuffle", static_cast<std::uint64_t>(epoch)));
    epoch_ = epoch;
  }
  const Index begin = which * (batch_size_ - options_.overlap);
  const Index size = std::min(batch_size_, static_cast<Index>(order_.size()) - begin);
  return std::span(order_).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
}

}  // namespace gradus
