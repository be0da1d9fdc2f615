#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/threads.h"
#include "nn/run/program.h"
#include "nn/run/tiles.h"

namespace gradus::program {

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
  std::atomic<std::int64_t> bad_step_{-1}, bad_row_{-1};
  std::atomic<Scalar> bad_index_{};
};

extern template class Executor<float>;
extern template class Executor<double>;

}  // namespace gradus::program
