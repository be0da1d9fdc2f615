#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/threads.h"
#include "nn/run/program.h"
#include "nn/run/tiles.h"

namespace gradus::program {

/// The first index out of range that a run has met, whichever thread met it.
template <class Scalar>
struct BadIndex {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t step = none;
  Index row = 0;
  Scalar value = 0;  ///< noted here, as its memory may be another value's when the run ends

  bool found() const { return step != none; }
  void clear() { step = none; }
  void note(std::size_t at_step, Index at_row, Scalar index) {
    const std::lock_guard lock(mutex);
    if (at_step > step || (at_step == step && at_row > row)) return;
    step = at_step;
    row = at_row;
    value = index;
  }

 private:
  std::mutex mutex;
};

/// Runs the steps of a program on a team of threads, each thread its share of every step.
template <class Scalar>
class Executor {
 public:
  explicit Executor(const Program& program);

  /// Steps first … last − 1. values[v] is where value v begins. Throws Error for an index out of range.
  void run(std::size_t first, std::size_t last, std::span<Scalar* const> values, bool poison);
  void draw(std::uint64_t seed, std::uint64_t step);

 private:
  struct Scope;  // one thread in one run
  const Program* program_;
  std::vector<std::optional<Tiles<Scalar>>> tiles_;  // of the steps that are loops
  std::vector<std::optional<Random>> masks_;         // of the steps that draw masks
  BadIndex<Scalar> bad_index_;
};

extern template class Executor<float>;
extern template class Executor<double>;

}  // namespace gradus::program
