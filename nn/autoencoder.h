#pragma once
#include <vector>

#include "network.h"

namespace gradus {

struct AutoencoderOptions {
  Activation activation = Activation::sigmoid;  ///< of all hidden layers but the code, which is linear
  Initializer weights = init::Sparse{};         ///< 15 connections a unit, N(0, 1), as Martens (2010)
  Loss loss = Loss::sigmoid_cross_entropy;      ///< of the outputs and the inputs, which then lie in 0 … 1
  double l2 = 0;  ///< λ of the penalty ½ λ ‖θ‖²; Martens (2010): 2e-5 on CURVES, 1e-5 on MNIST
  bool l2_biases = true;     ///< the penalty is on the biases, too
  double dropout = 0;        ///< rate for hidden units, in training
  double input_dropout = 0;  ///< rate for inputs, in training: with it, a denoising autoencoder
};

/// A deep autoencoder (Hinton & Salakhutdinov 2006): an encoder to a code of few linear units, a decoder of the same
/// layers in the opposite order, and the input as the target. sizes: of the input, each hidden layer of the encoder, and
/// the code. For the problems of Martens (2010), "Deep learning via Hessian-free optimization",
///
///     autoencoder({784, 400, 200, 100, 50, 25, 6}, {.l2 = 2e-5})    // CURVES
///     autoencoder({784, 1000, 500, 250, 30}, {.l2 = 1e-5})          // MNIST
///
/// It is mlp() with `linear_layer` and `reconstruct` (network.h) and fits every dataset of its width, whatever labels
/// that has. Throws Error for fewer than two sizes, and as mlp().
Network autoencoder(std::vector<Index> sizes, const AutoencoderOptions& options = {});

}  // namespace gradus
