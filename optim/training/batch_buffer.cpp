#include "optim/training/batch_buffer.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "base/threads.h"

namespace gradus {
namespace {

// Fewer are not worth another thread.
constexpr Index grain = 32;

Index elements_of_case(Tensor tensor) { return tensor.shape().bound(1).elements(); }

}  // namespace

void check_fits(const Network& network, const Dataset& data) {
  if (const Index width = elements_of_case(network.input()); data.width() != width)
    throw Error(fmt::format("[check_fits] {} has {} numbers a case, but the network's input takes {}.",
                            data.name(), data.width(), width));
  if (network.reconstructs()) return;
  if (data.classes() == 0 && data.target_width() == 0)
    throw Error(
        fmt::format("[check_fits] {} has neither labels nor targets. Only a network that reconstructs its "
                    "inputs can learn from it; autoencoder() makes one.",
                    data.name()));
  const Index target_width = elements_of_case(network.target());
  if (network.classes() == 0 && data.classes() != 0)
    throw Error(fmt::format(
        "[check_fits] {} has labels of {} classes, but the network's loss compares with vectors of "
        "{} numbers. Use softmax cross-entropy to learn classes.",
        data.name(), data.classes(), target_width));
  if (network.classes() != 0 && data.classes() == 0)
    throw Error(
        fmt::format("[check_fits] {} has targets of {} numbers, but the network's loss learns classes. Use "
                    "squared error to learn vectors.",
                    data.name(), data.target_width()));
  if (data.classes() != network.classes())
    throw Error(
        fmt::format("[check_fits] {} has {} classes, but the network has {} outputs; they must be as many.",
                    data.name(), data.classes(), network.classes()));
  if (data.classes() == 0 && data.target_width() != target_width)
    throw Error(fmt::format("[check_fits] {} has targets of {} numbers, but the network's have {}.",
                            data.name(), data.target_width(), target_width));
}

template <class Scalar>
BatchBuffer<Scalar>::BatchBuffer(const Network& network, Index cases)
    : reconstruct_(network.reconstructs()),
      width_(elements_of_case(network.input())),
      target_width_(reconstruct_ ? 0 : elements_of_case(network.target())),
      input_room_(static_cast<std::size_t>(cases * width_)),
      target_room_(static_cast<std::size_t>(cases * target_width_)) {}

template <class Scalar>
void BatchBuffer<Scalar>::gather(const Dataset& data, std::span<const Index> cases) {
  const auto part = [](std::span<Scalar> room, Index begin, Index end, Index width) {
    return room.subspan(static_cast<std::size_t>(begin * width),
                        static_cast<std::size_t>((end - begin) * width));
  };
  parallel_for(std::ssize(cases), grain, [&](Index begin, Index end) {
    data.gather(cases.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
                part(input_room_, begin, end, width_));
  });
  inputs_ = part(input_room_, 0, std::ssize(cases), width_);
  const std::span<Scalar> targets = part(target_room_, 0, std::ssize(cases), target_width_);
  targets_ = reconstruct_ ? inputs_ : targets;
  if (reconstruct_) return;
  if (data.classes() != 0)
    data.gather_labels(cases, targets);
  else
    data.gather_targets(cases, targets);
}

template <class Scalar>
Index predicted_class(std::span<const Scalar> outputs) {
  Index best = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (std::isnan(outputs[i])) return -1;
    if (outputs[i] > outputs[static_cast<std::size_t>(best)]) best = static_cast<Index>(i);
  }
  return best;
}

template class BatchBuffer<float>;
template class BatchBuffer<double>;
template Index predicted_class(std::span<const float>);
template Index predicted_class(std::span<const double>);

}  // namespace gradus
