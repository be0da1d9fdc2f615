#pragma once
#include <span>
#include <vector>

#include "graph.h"

namespace gradus {

/// Σ_i (∂ℓ_i/∂θ)² over the cases i, element by element: one tensor for each parameter θ in `wrt`, of its shape, without a
/// loop over cases. What a case adds to the gradient of a weight W, used once in Y = X Wᵀ, is the outer product of its rows
/// of ∂Y = ∂(Σ_i ℓ_i)/∂Y and of X, so that the sum of squares is
///
///     (∂Y∘∂Y)ᵀ (X∘X),        and of a bias b in Y = … + b the column sums of ∂Y∘∂Y.
///
/// It costs as much as a gradient. case_losses: (batch). Throws Error for a parameter that is used twice (its cases'
/// gradients are sums of such products) or otherwise than as a dense layer's weight, matmul(X, transpose(W)) or
/// matmul(X, W), or bias; and where something between a parameter and the losses mixes the cases, as the mean over a batch.
std::vector<Tensor> squared_gradients(Tensor case_losses, std::span<const Tensor> wrt);

}  // namespace gradus
