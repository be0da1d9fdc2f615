#pragma once
#include <span>

#include "../../base/vector.h"
#include "../../data/dataset.h"
#include "../../nn/network.h"

namespace gradus {

/// Throws Error where a dataset does not suit a network: cases of another width than its input; and unless the network
/// reconstructs its input, labels where it learns vectors, vectors where it learns classes, other numbers of classes or
/// targets, or neither.
void check_fits(const Network& network, const Dataset& data);

/// Cases of a dataset as the plans of a network read them. Allocates only when made.
template <class Scalar>
class BatchBuffer {
 public:
  /// Room for `cases` cases.
  BatchBuffer(const Network& network, Index cases);

  /// Copies the named cases, at most as many as there is room for, of a dataset that fits the network.
  void gather(const Dataset& data, std::span<const Index> cases);

  /// Of the cases gathered last.
  std::span<const Scalar> inputs() const { return inputs_; }
  std::span<const Scalar> targets() const { return targets_; }

 private:
  bool reconstruct_;
  Index width_, target_width_;
  Vector<Scalar> input_room_, target_room_;
  std::span<const Scalar> inputs_, targets_;
};

/// Where a case's outputs are largest, the first of several; −1 when one of them is NaN.
template <class Scalar>
Index predicted_class(std::span<const Scalar> outputs);

extern template class BatchBuffer<float>;
extern template class BatchBuffer<double>;

}  // namespace gradus
