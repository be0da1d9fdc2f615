#include "optim/first_order/hessian_diagonal.h"

#include "optim/random_signs.h"
#include "optim/vector_math.h"

namespace gradus {

template <class Scalar>
Change sample_hessian_diagonal(const RuleStep<Scalar>& step, const Random& random, std::span<Scalar> z,
                               std::span<Scalar> product) {
  random_signs(random, z);
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
