// Operations that derivatives see as constants.
#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "nn/graph/ops.h"

namespace gradus {

Tensor stop_gradient(Tensor x) {
  if (!x) throw Error("[stop gradient] the operand is an empty tensor.");
  const std::array inputs{x};
  return x.graph().add(op::StopGradient{}, inputs, x.shape());
}

Tensor dropout_mask(Graph& graph, Shape shape, double rate, std::string purpose) {
  if (!(rate >= 0 && rate < 1))
    throw Error(fmt::format("[dropout] the rate must be at least 0 and less than 1, not {}.", rate));
  return graph.add(op::DropoutMask{rate, std::move(purpose)}, {}, shape);
}

}  // namespace gradus
