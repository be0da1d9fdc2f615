#pragma once
#include <span>
#include <vector>

#include "base/threads.h"
#include "nn/run/kernels.h"
#include "nn/run/program.h"

namespace gradus::program {

/// Runs a loop tile by tile: each tile goes through all instructions while it is in the first cache, so that a chain of
/// operations costs one read of each operand and one write of the result.
template <class Scalar>
class Tiles {
 public:
  explicit Tiles(const Loop& loop);

  /// This thread's share of the rows. values[v] is where value v begins.
  void run(const Team& team, std::span<Scalar* const> values) const;

 private:
  using Kind = Loop::Operand::Kind;
  struct Call {
    typename Kernels<Scalar>::Elementwise kernel;
    std::array<int, 3> sources;
    int target;
    Scalar parameter;
  };
  class Worker;

  const Loop* loop_;
  std::vector<Call> calls_;
};

extern template class Tiles<float>;
extern template class Tiles<double>;

}  // namespace gradus::program
