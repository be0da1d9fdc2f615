#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "../graph/graph.h"

namespace gradus {

struct PlanOptions {
  bool fuse = true;     ///< run chains of elementwise operations tile by tile, with one read and one write
  bool reuse = true;    ///< give the memory of dead values to later ones
  bool poison = false;  ///< fill the memory of dead values with NaN, to catch a use after death
};

/// A part of a graph made ready to run on a number of cases: what is dead is dropped, the rest ordered, chains of
/// elementwise work fused, all values laid out in one arena. Scalar is float or double: the same graph trains in the one
/// and is checked in the other. A plan is made once and run often; after the first run it allocates nothing, on
/// as many threads.
///
/// It runs in two phases. `hold` computes what does not depend on the inputs in `varying`, `apply` the rest: hold once,
/// then apply for many directions. Without `varying` everything is in `apply`. `run` does both.
///
///     Plan<float> plan(std::array{loss, gradient}, 128);
///     plan.bind(x, pixels);  plan.bind(weights, theta);      // read where they are, not copied
///     plan.bind_output(1, g);                                // written where they belong
///     plan.run();
///     float value = plan.output(0)[0];
///
/// A plan serves one thread at a time (and uses several, see base/threads.h); its results do not depend on their number, to
/// the last bit, as far as BLAS allows: OpenBLAS' kernels for AVX2 do. The graph must live as long as the plan.
template <class Scalar>
class Plan {
 public:
  /// Throws Error where the outputs are of different graphs, or `cases` < 1.
  Plan(std::span<const Tensor> outputs, Index cases, std::span<const Tensor> varying = {},
       PlanOptions options = {});
  ~Plan();
  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;

  /// Gives an input its values, which must live as long as the plan runs. An input that this plan does not need is
  /// accepted. Throws Error where the number of values is not that of the input's shape.
  void bind(Tensor input, std::span<const Scalar> values);
  /// Lets the i-th output be written there, instead of into the plan's own memory. It must not overlap an
  /// input or another output.
  void bind_output(std::size_t i, std::span<Scalar> destination);
  /// From now on dropout masks are those of this (seed, step); at first those of (0, 0).
  void draw(std::uint64_t seed, std::uint64_t step);

  /// Throw Error naming an input that the phase reads and that is not bound, an output bound to memory that overlaps another's or an input's, or
  /// the index that is out of range.
  void hold();
  void apply();
  void run();

  /// The i-th output's values after a run, valid until the next.
  std::span<const Scalar> output(std::size_t i) const;

  Index cases() const;
  /// Bytes of the arena that holds all values.
  Index bytes() const;
  /// Floating-point operations in matrix products, of hold and apply together.
  double flops() const;
  /// The steps in order: operations, shapes, places in the arena, operations and bytes; for a person to read.
  std::string print() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

extern template class Plan<float>;
extern template class Plan<double>;

}  // namespace gradus
