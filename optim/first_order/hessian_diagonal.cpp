#include "optim/first_order/hessian_diagonal.h"

#include <algorithm>

#include "base/threads.h"
#include "optim/vector_math.h"

namespace gradus {

template <class Scalar>
Index estimate_hessian_diagonal(const RuleStep<Scalar>& step, const Random& random, std::span<Scalar> z,
                                std::span<Scalar> d) {
  constexpr Index bits = 128;  // of a block of random numbers
  const Index n = std::ssize(z), grain = 32 * bits;
  parallel_for(n, grain, [&](Index begin, Index end) {
    for (Index first = begin; first < end; first += bits) {
      const auto words = random.block(static_cast<std::uint64_t>(first / bits));
      for (Index i = first; i < std::min(first + bits, end); ++i) {
        const auto bit = static_cast<unsigned>(i - first);
        z[static_cast<std::size_t>(i)] = (words[bit / 32] >> (bit % 32) & 1) != 0 ? 1 : -1;
      }
    }
  });
  ++step.evaluations.products;
  step.objective.hessian(step.theta).apply(z, d);
  parallel_for(n, grain, [&](Index begin, Index end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) d[i] *= z[i];
  });
  return first_non_finite(std::span<const Scalar>(d));
}

template Index estimate_hessian_diagonal(const RuleStep<float>&, const Random&, std::span<float>,
                                         std::span<float>);
template Index estimate_hessian_diagonal(const RuleStep<double>&, const Random&, std::span<double>,
                                         std::span<double>);

}  // namespace gradus
