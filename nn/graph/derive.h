#pragma once
#include <span>
#include <vector>

#include "graph.h"

/// Derivatives as functions from graph to graph: each adds the nodes of the derivative and returns them,
/// ready to be run, or derived again. Costs are in matrix products a layer of a multilayer perceptron, where
/// a forward pass takes one. Where a result does not depend on a variable it is a tensor of zeros. `wrt` may
/// name any nodes that compute something, not only inputs: they are taken as variables, whatever they are
/// computed from. (Transposes, reshapes, broadcasts and negations, which operations look through, are refused.)
namespace gradus {

/// ∇L, one tensor for each in `wrt`, of its shape: reverse mode, 3 products a layer. The loss must be a
/// scalar.
std::vector<Tensor> grad(Tensor loss, std::span<const Tensor> wrt);

/// Jᵀu, the pull-back of cotangents u, one for each output and of its shape.
std::vector<Tensor> vjp(std::span<const Tensor> outputs, std::span<const Tensor> wrt,
                        std::span<const Tensor> cotangents);

/// Jv, the push-forward of directions v, one for each variable and of its shape: forward mode, Pearlmutter's
/// (1994) R-operator.
std::vector<Tensor> jvp(std::span<const Tensor> outputs, std::span<const Tensor> wrt,
                        std::span<const Tensor> directions);

/// Hv, the exact Hessian product: the R-operator applied to the gradient. 6 products a layer, with the
/// gradient's values held.
std::vector<Tensor> hvp(Tensor loss, std::span<const Tensor> wrt, std::span<const Tensor> directions);

/// Gv = Jᵀ (∇²_z L) J v, the generalised Gauss–Newton product (Schraudolph 2002) of a loss that is convex in
/// the network's output z; J = ∂z/∂wrt. Positive semi-definite; for softmax or sigmoid cross-entropy and
/// squared error it is the Fisher product. 4 products a layer, with the forward values held. Terms of the
/// loss that do not pass through z do not count.
std::vector<Tensor> gauss_newton(Tensor loss, Tensor z, std::span<const Tensor> wrt,
                                 std::span<const Tensor> directions);

}  // namespace gradus
