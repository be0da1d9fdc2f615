#pragma once
#include <string>

#include "parameters.h"

namespace gradus {

/// A fully connected layer, y = x Wᵀ + b, with the blocks "<name>.weight" (outputs, inputs) and "<name>.bias"
/// (outputs), PyTorch's names and layout.
class Dense {
 public:
  Dense(Parameters& parameters, std::string name, Index inputs, Index outputs, Initializer weights,
        Initializer biases = init::Constant{0});

  /// x (batch, inputs) to (batch, outputs). Throws Error naming the layer where x has another width.
  Tensor operator()(Tensor x) const;

  Tensor weight() const { return weight_; }
  Tensor bias() const { return bias_; }

 private:
  std::string name_;
  Tensor weight_, bias_;
};

}  // namespace gradus
