#pragma once
#include <span>

#include "../base/random.h"

namespace gradus {

/// z ← independent random signs, −1 or 1 with probability ½ each: the bits of the stream's blocks in order, on the
/// threads of threads().
void random_signs(const Random& random, std::span<float> z);
void random_signs(const Random& random, std::span<double> z);

}  // namespace gradus
