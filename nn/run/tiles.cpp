#include "nn/run/tiles.h"

#include <algorithm>

namespace gradus::program {
namespace {

constexpr Index tile_bytes = 8192;  // a handful of tiles fit the first cache

// Memory for tiles, one piece for each thread and number type.
template <class Scalar>
Scalar* tile_memory(std::size_t elements) {
  static thread_local Vector<Scalar> memory;
  if (memory.size() < elements) memory.resize(elements);
  return memory.data();
}
template <class Scalar>
const Scalar** slot_memory(std::size_t slots) {
  static thread_local std::vector<const Scalar*> memory;
  if (memory.size() < slots) memory.resize(slots);
  return memory.data();
}

}  // namespace

template <class Scalar>
Tiles<Scalar>::Tiles(const Loop& loop) : loop_(&loop) {
  const Kernels<Scalar>& kernel = kernels<Scalar>();
  for (const Loop::Instruction& instruction : loop.code) {
    Call call{kernel.copy, instruction.sources, instruction.target, 0};
    if (const auto* unary = std::get_if<op::Unary>(&instruction.operation)) {
      call.kernel = kernel.unary[static_cast<std::size_t>(unary->function)];
      call.parameter = static_cast<Scalar>(unary->parameter);
    } else if (const auto* binary = std::get_if<op::Binary>(&instruction.operation)) {
      call.kernel = kernel.binary[static_cast<std::size_t>(binary->function)];
    } else if (std::holds_alternative<op::Select>(instruction.operation)) {
      call.kernel = kernel.select;
    }
    calls_.push_back(call);
  }
}

// One thread's work: where each slot of the current tile lies.
template <class Scalar>
class Tiles<Scalar>::Worker {
 public:
  Worker(const Loop& loop, std::span<Scalar* const> values, Index chunk) : loop_(loop), values_(values) {
    const Index most = std::min(tile_bytes / static_cast<Index>(sizeof(Scalar)), chunk * loop.row_length);
    whole_periods_ = loop.columns <= most;
    tile_ = whole_periods_ ? most / loop.columns * loop.columns : most;
    const std::size_t slots = loop.operands.size() + static_cast<std::size_t>(loop.scratch) + 1;
    memory_ = tile_memory<Scalar>(slots * static_cast<std::size_t>(tile_));
    slots_ = slot_memory<Scalar>(slots);
    for (std::size_t i = loop.operands.size(); i + 1 < slots; ++i) slots_[i] = tile(i);
    for (std::size_t i = 0; i < loop.operands.size(); ++i) prepare(i);
  }

  // The last element of the tile that starts at `begin`.
  Index tile_end(Index begin, Index end) const {
    const Index stop = std::min(begin + tile_, end);
    return whole_periods_ ? stop : std::min(stop, (begin / loop_.columns + 1) * loop_.columns);
  }

  const Scalar* const* slots(Index begin, Index n) {
    for (std::size_t i = 0; i < loop_.operands.size(); ++i) load(i, begin, n);
    slots_[loop_.operands.size() + static_cast<std::size_t>(loop_.scratch)] = at(loop_.out) + begin;
    return slots_;
  }

 private:
  Scalar* tile(std::size_t slot) { return memory_ + slot * static_cast<std::size_t>(tile_); }

  Scalar* at(ValueId v) const { return values_[static_cast<std::size_t>(v)]; }

  // What is the same in every tile.
  void prepare(std::size_t i) {
    const Loop::Operand& operand = loop_.operands[i];
    if (operand.kind == Kind::full) return;
    slots_[i] = tile(i);
    if (operand.kind == Kind::constant)
      std::fill_n(tile(i), tile_,
                  operand.value < 0 ? static_cast<Scalar>(operand.number) : *at(operand.value));
    if (operand.kind == Kind::row && whole_periods_)
      for (Index start = 0; start < tile_; start += loop_.columns)
        std::copy_n(at(operand.value), loop_.columns, tile(i) + start);
  }

  void load(std::size_t i, Index begin, Index n) {
    const Loop::Operand& operand = loop_.operands[i];
    switch (operand.kind) {
      case Kind::full:
        slots_[i] = at(operand.value) + begin;
        break;
      case Kind::constant:
        break;
      case Kind::row:
        if (!whole_periods_) slots_[i] = at(operand.value) + begin % loop_.columns;
        break;
      case Kind::column:
        for (Index done = 0, row = begin / loop_.columns; done < n; ++row) {
          const Index length = std::min(whole_periods_ ? loop_.columns : n, n - done);
          std::fill_n(tile(i) + done, length, at(operand.value)[row]);
          done += length;
        }
        break;
      case Kind::strided:
        gather(operand, at(operand.value), begin, n, tile(i));
        break;
    }
  }

  static void gather(const Loop::Operand& operand, const Scalar* from, Index begin, Index n, Scalar* to) {
    std::array<Index, Shape::max_rank> at{};
    for (std::size_t axis = at.size(); axis-- > 0; begin /= operand.sizes[axis])
      at[axis] = begin % operand.sizes[axis];
    for (Index i = 0; i < n; ++i) {
      Index offset = 0;
      for (std::size_t axis = 0; axis < at.size(); ++axis) offset += at[axis] * operand.strides[axis];
      to[i] = from[offset];
      for (std::size_t axis = at.size(); axis-- > 0;) {
        if (++at[axis] < operand.sizes[axis]) break;
        at[axis] = 0;
      }
    }
  }

  const Loop& loop_;
  std::span<Scalar* const> values_;
  Index tile_;
  bool whole_periods_;  // a tile holds whole periods of row and column operands; else it lies within one
  Scalar* memory_;
  const Scalar** slots_;
};

template <class Scalar>
void Tiles<Scalar>::run(const Team& team, std::span<Scalar* const> values) const {
  const Index chunk = rows_together(loop_->rows), chunks = (loop_->rows + chunk - 1) / chunk;
  const Index first = chunks * team.rank() / team.size(), last = chunks * (team.rank() + 1) / team.size();
  if (first == last) return;
  Worker worker(*loop_, values, chunk);
  for (Index c = first; c < last; ++c) {
    const Index end = std::min((c + 1) * chunk, loop_->rows) * loop_->row_length;
    for (Index begin = c * chunk * loop_->row_length; begin < end;) {
      const Index stop = worker.tile_end(begin, end), n = stop - begin;
      const Scalar* const* slot = worker.slots(begin, n);
      const auto source = [&](int i) { return i < 0 ? nullptr : slot[i]; };
      for (const Call& call : calls_)
        call.kernel(n, source(call.sources[0]), source(call.sources[1]), source(call.sources[2]),
                    const_cast<Scalar*>(slot[call.target]), call.parameter);
      begin = stop;
    }
  }
}

template class Tiles<float>;
template class Tiles<double>;

}  // namespace gradus::program
