#pragma once
#include <span>

#include "../base/random.h"
#include "../base/vector.h"

namespace gradus {

/// Puts `order` into a uniformly drawn order (Fisher and Yates 1938). Unlike std::shuffle's, the result is
/// the same with every standard library.
void shuffle(std::span<Index> order, Random random);

}  // namespace gradus
