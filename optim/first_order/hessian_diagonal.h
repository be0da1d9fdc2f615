#pragma once
#include "base/random.h"
#include "optim/first_order/first_order.h"

namespace gradus {

/// What gives an estimate of the Hessian's diagonal at the step's θ, z∘Hz: random signs z, and the product Hz; unbiased
/// (Bekas, Kokiopoulou & Saad 2007). Returns a refusal where an element is not finite.
template <class Scalar>
Change sample_hessian_diagonal(const RuleStep<Scalar>& step, const Random& random, std::span<Scalar> z,
                               std::span<Scalar> product);

}  // namespace gradus
