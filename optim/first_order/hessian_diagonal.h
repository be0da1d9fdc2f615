#pragma once
#include "base/random.h"
#include "optim/first_order/first_order.h"

namespace gradus {

/// An estimate of the Hessian's diagonal at the step's θ from one product: d ← z∘Hz, z random signs; unbiased (Bekas,
/// Kokiopoulou & Saad 2007). Returns the first element of d that is not finite, −1 where all are.
template <class Scalar>
Index estimate_hessian_diagonal(const RuleStep<Scalar>& step, const Random& random, std::span<Scalar> z,
                                std::span<Scalar> d);

}  // namespace gradus
