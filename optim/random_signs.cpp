#include "optim/random_signs.h"

#include <algorithm>

#include "base/threads.h"

namespace gradus {
namespace {

template <class Scalar>
void signs_of(const Random& random, std::span<Scalar> z) {
  constexpr Index bits = 128;  // of a block of random numbers
  parallel_for(std::ssize(z), 32 * bits, [&](Index begin, Index end) {
    for (Index first = begin; first < end; first += bits) {
      const auto words = random.block(static_cast<std::uint64_t>(first / bits));
      for (Index i = first; i < std::min(first + bits, end); ++i) {
        const auto bit = static_cast<unsigned>(i - first);
        z[static_cast<std::size_t>(i)] = (words[bit / 32] >> (bit % 32) & 1) != 0 ? 1 : -1;
      }
    }
  });
}

}  // namespace

void random_signs(const Random& random, std::span<float> z) { signs_of(random, z); }
void random_signs(const Random& random, std::span<double> z) { signs_of(random, z); }

}  // namespace gradus
