#include "nn/autoencoder.h"

#include <fmt/format.h>

#include "base/error.h"

namespace gradus {

Network autoencoder(std::vector<Index> sizes, const AutoencoderOptions& options) {
  if (sizes.size() < 2)
    throw Error(
        fmt::format("[autoencoder] an autoencoder needs at least the sizes of its input and its code, as in "
                    "784,30; it has "
                    "{} of them.",
                    sizes.size()));
  const Index code = std::ssize(sizes) - 1;
  for (Index i = code; i-- > 0;) sizes.push_back(sizes[static_cast<std::size_t>(i)]);
  return mlp(std::move(sizes), {.activation = options.activation,
                                .weights = options.weights,
                                .loss = options.loss,
                                .l2 = options.l2,
                                .l2_biases = options.l2_biases,
                                .dropout = options.dropout,
                                .input_dropout = options.input_dropout,
                                .linear_layer = code,
                                .reconstruct = true});
}

}  // namespace gradus
