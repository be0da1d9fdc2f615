#include "nn/dense.h"

#include <fmt/format.h>

#include "base/error.h"
#include "nn/graph/ops.h"

namespace gradus {

Dense::Dense(Parameters& parameters, std::string name, Index inputs, Index outputs, Initializer weights,
             Initializer biases)
    : name_(std::move(name)),
      weight_(parameters.add(name_ + ".weight", {outputs, inputs}, weights)),
      bias_(parameters.add(name_ + ".bias", {outputs}, biases)) {}

Tensor Dense::operator()(Tensor x) const {
  if (!x) throw Error(fmt::format("[dense] the input of layer {} is an empty tensor.", name_));
  const Index inputs = weight_.shape()[1];
  if (x.shape().rank() != 2 || x.shape()[1] != inputs)
    throw Error(fmt::format("[dense] layer {} takes rows of {} numbers, (batch, {}), but {} has shape {}.",
                            name_, inputs, inputs, x.label(), x.shape().to_string()));
  return matmul(x, transpose(weight_)) + bias_;
}

}  // namespace gradus
