#include "optim/random_signs.h"

#include <algorithm>

#include "base/threads.h"

namespace gradus {
namespace {

template <class Scalar>
void signs_of(const Random& random, std::span<Scalar> z) {
  constexpr Index bits = 32, words = 4;  // of a block of random numbers
  parallel_for(std::ssize(z), 32 * words * bits, [&](Index begin, Index end) {
    for (Index first = begin; first < end; first += words * bits) {
      const auto block = random.block(static_cast<std::uint64_t>(first / (words * bits)));
      for (Index word = 0; word < words; ++word) {
        const auto signs = static_cast<std::uint32_t>(block[static_cast<std::size_t>(word)]);
        Scalar* const to = z.data() + first + word * bits;
        const Index count = std::clamp<Index>(end - first - word * bits, 0, bits);
        for (Index bit = 0; bit < count; ++bit) to[bit] = (signs >> bit & 1) != 0 ? Scalar(1) : Scalar(-1);
      }
    }
  });
}

}  // namespace

void random_signs(const Random& random, std::span<float> z) { signs_of(random, z); }
void random_signs(const Random& random, std::span<double> z) { signs_of(random, z); }

}  // namespace gradus
