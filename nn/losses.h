#pragma once
#include <string_view>

#include "graph/graph.h"
#include "parameters.h"

/// Losses of each case: a network's output (batch, n) and the targets to (batch). They and their derivatives are
/// finite where differences and sums of outputs and targets are (in squared_error also of their squares), and as
/// exact as the rounding of the outputs allows. Operands that do not fit throw Error, which names both shapes.
/// Take the mean for the loss of a batch.
namespace gradus {

/// −Σ_c t_c log p_c with p = softmax(z). The labels are class indices (batch), or distributions t (batch,
/// classes), whose gradient is p Σ_c t_c − t, so p − t where they sum to 1. With an index it is log Σ e^z −
/// z_label, whose gradient is p − one-hot. A run stops with an Error at a label that is no class.
Tensor softmax_cross_entropy(Tensor logits, Tensor labels);

/// −Σ_i t_i log σ(z_i) + (1 − t_i) log(1 − σ(z_i)) = Σ_i softplus(z_i) − z_i t_i, targets 0 … 1; gradient
/// σ(z) − t.
Tensor sigmoid_cross_entropy(Tensor logits, Tensor targets);

/// ½ Σ_i (y_i − t_i)²; gradient y − t. Note the ½, and the sum over outputs.
Tensor squared_error(Tensor output, Tensor targets);

/// Σ_i of ½ r_i² where |r_i| ≤ δ, else δ (|r_i| − ½ δ), with r = y − t (Huber 1964); gradient max(−δ, min(r,
/// δ)). δ > 0.
Tensor huber(Tensor output, Tensor targets, double delta = 1);

/// ½ λ Σ θ², over the weights: blocks of two dimensions or more; with `biases` over all blocks. λ ≥ 0.
Tensor l2(const Parameters& parameters, double strength, bool biases = false);

enum class Loss { softmax_cross_entropy, sigmoid_cross_entropy, squared_error, huber };

/// The loss of this kind; Huber's with δ = 1.
Tensor case_loss(Loss loss, Tensor output, Tensor targets);
/// What an output says of the targets, in their units: softmax(z), σ(z), or for the others the output itself.
Tensor prediction(Loss loss, Tensor output);

/// "softmax-cross-entropy", …
std::string_view name(Loss loss);
/// Throws Error for another name, suggesting the nearest one.
Loss loss_from_name(std::string_view name);

}  // namespace gradus
