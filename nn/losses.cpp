#include "nn/losses.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/error.h"
#include "base/nearest.h"
#include "nn/graph/ops.h"

namespace gradus {
namespace {

constexpr std::array<std::string_view, 4> names{"softmax-cross-entropy", "sigmoid-cross-entropy",
                                                "squared-error", "huber"};

void check_output(Tensor output, Tensor targets, std::string_view loss) {
  if (!output || !targets) throw Error(fmt::format("[{}] an operand is an empty tensor.", loss));
  if (output.shape().rank() != 2)
    throw Error(fmt::format("[{}] the output must have a row for each case, (batch, n); {} has shape {}.",
                            loss, output.label(), output.shape().to_string()));
}

void check_same(Tensor output, Tensor targets, std::string_view loss) {
  check_output(output, targets, loss);
  if (output.shape() != targets.shape())
    throw Error(fmt::format(
        "[{}] the output {} has shape {}, but the targets {} have shape {}. They must be the same.", loss,
        output.label(), output.shape().to_string(), targets.label(), targets.shape().to_string()));
}

}  // namespace

Tensor softmax_cross_entropy(Tensor logits, Tensor labels) {
  const std::string_view where = name(Loss::softmax_cross_entropy);
  check_output(logits, labels, where);
  if (labels.shape() == logits.shape()) return -sum(labels * log_softmax(logits), {-1});
  if (labels.shape() != Shape{logits.shape()[0]})
    throw Error(
        fmt::format("[{}] the logits {} have shape {}, so the labels must be class indices of shape {} or "
                    "distributions of shape {}; {} has shape {}.",
                    where, logits.label(), logits.shape().to_string(), Shape{logits.shape()[0]}.to_string(),
                    logits.shape().to_string(), labels.label(), labels.shape().to_string()));
  // As in log_softmax: what all logits share is gone before it can round the rest away.
  const Tensor shifted = logits - stop_gradient(max(logits, {-1}, true));
  return log_sum_exp(shifted, {-1}) - gather(shifted, labels);
}

Tensor sigmoid_cross_entropy(Tensor logits, Tensor targets) {
  check_same(logits, targets, name(Loss::sigmoid_cross_entropy));
  return sum(softplus(logits) - logits * targets, {-1});
}

Tensor squared_error(Tensor output, Tensor targets) {
  check_same(output, targets, name(Loss::squared_error));
  return 0.5 * sum(square(output - targets), {-1});
}

Tensor huber(Tensor output, Tensor targets, double delta) {
  check_same(output, targets, name(Loss::huber));
  if (!(delta > 0 && std::isfinite(delta)))
    throw Error(fmt::format("[huber] delta must be a finite number greater than 0, not {}.", delta));
  const Tensor r = output - targets, size = abs(r);
  const Tensor near = less_equal(size, r.graph().constant(delta));
  return sum(select(near, 0.5 * square(r), delta * (size - 0.5 * delta)), {-1});
}

Tensor l2(const Parameters& parameters, double strength, bool biases) {
  if (!(strength >= 0 && std::isfinite(strength)))
    throw Error(fmt::format("[l2] the strength must be a finite number of at least 0, not {}.", strength));
  Tensor total;
  for (const Tensor block : parameters.tensors()) {
    if (block.shape().rank() < 2 && !biases) continue;
    const Tensor squares = sum(square(block));
    total = total ? total + squares : squares;
  }
  if (!total) throw Error("[l2] there are no weights to penalise.");
  return 0.5 * strength * total;
}

Tensor case_loss(Loss loss, Tensor output, Tensor targets) {
  switch (loss) {
    case Loss::softmax_cross_entropy:
      return softmax_cross_entropy(output, targets);
    case Loss::sigmoid_cross_entropy:
      return sigmoid_cross_entropy(output, targets);
    case Loss::squared_error:
      return squared_error(output, targets);
    case Loss::huber:
      return huber(output, targets);
  }
  __builtin_unreachable();
}

Tensor prediction(Loss loss, Tensor output) {
  switch (loss) {
    case Loss::softmax_cross_entropy:
      return softmax(output);
    case Loss::sigmoid_cross_entropy:
      return sigmoid(output);
    case Loss::squared_error:
    case Loss::huber:
      return output;
  }
  __builtin_unreachable();
}

std::string_view name(Loss loss) { return names[static_cast<std::size_t>(loss)]; }

Loss loss_from_name(std::string_view name) { return static_cast<Loss>(find_name("loss", name, names)); }

}  // namespace gradus
