#include "optim/first_order/hessian_diagonal.h"

#include <algorithm>

#include "base/threads.h"
#include "optim/vector_math.h"

namespace gradus {

template <class Scalar>
Change sample_hessian_diagonal(const RuleStep<Scalar>& step, const Random& random, std::span<Scalar> z,
                               std::span<Scalar> product) {
  constexpr Index bits = 32, words = 4;  // of a block of random numbers
  const Index n = std::ssize(z);
  parallel_for(n, 32 * words * bits, [&](Index begin, Index end) {
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
  ++step.evaluations.products;
  step.objective.hessian(step.theta).apply(z, product);
  const Index i = first_non_finite(std::span<const Scalar>(product));
  if (i < 0) return {};
  return {.first_non_finite = i,
          .refused = "The Hessian product",
          .value = static_cast<double>(product[static_cast<std::size_t>(i)])};
}

template Change sample_hessian_diagonal(const RuleStep<float>&, const Random&, std::span<float>,
                                        std::span<float>);
template Change sample_hessian_diagonal(const RuleStep<double>&, const Random&, std::span<double>,
                                        std::span<double>);

}  // namespace gradus
