#pragma once
#include "optim/random_signs.h"

namespace gradus {

/// The random signs of sample `i` that all estimates of one seed share.
template <class Scalar>
void draw_probe(Index seed, Index i, std::span<Scalar> z) {
  random_signs(Random(static_cast<std::uint64_t>(seed), "probe", static_cast<std::uint64_t>(i)), z);
}

}  // namespace gradus
