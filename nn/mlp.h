#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "activation.h"
#include "dense.h"

namespace gradus {

struct MlpOptions {
  Activation activation = Activation::relu;  ///< after every layer but the last
  /// A hidden layer without activation, by its place in the sizes, where the input is 0: an autoencoder's code.
  std::optional<Index> linear_layer = {};
  /// Of all weights; biases begin at 0. If not given: Glorot's uniform one for identity, sigmoid, tanh and
  /// softplus, and He's normal one for relu and its relatives.
  std::optional<Initializer> weights = {};
  double dropout = 0;        ///< rate at which hidden units are dropped in training, 0 ≤ rate < 1
  double input_dropout = 0;  ///< and inputs
};

/// A multilayer perceptron: dense layers with an activation between them, none after the last.
///
/// The layers are called "0", "2", "4", …, as torch.nn.Sequential(Linear, ReLU, Linear, …) numbers them, so
/// that its state dictionary and these parameters have the same names and layout. (Dropout modules would
/// shift PyTorch's numbers; put functional dropout in their place. A linear layer is followed by Identity.)
class Mlp {
 public:
  /// sizes: of the input, each hidden layer, and the output: {784, 512, 512, 10}. Throws Error for fewer than
  /// two sizes, sizes below 1, a linear layer that is not hidden, and rates out of range.
  Mlp(Parameters& parameters, std::span<const Index> sizes, const MlpOptions& options = {});

  /// x (batch, inputs) to (batch, outputs), as it is evaluated: without dropout.
  Tensor operator()(Tensor x) const { return run(x, false); }
  /// The same as it is trained: inverted dropout (Srivastava et al. 2014) before the layers, its masks drawn
  /// for the purposes "dropout 0" (the input's), "dropout 1", …
  Tensor train(Tensor x) const { return run(x, true); }

 private:
  Tensor run(Tensor x, bool training) const;

  std::vector<Dense> layers_;
  MlpOptions options_;
};

}  // namespace gradus
