#include "data/shuffle.h"

#include <utility>

namespace gradus {

void shuffle(std::span<Index> order, Random random) {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
}

}  // namespace gradus
