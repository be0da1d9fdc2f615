#include "nn/run/make_loop.h"

#include <algorithm>
#include <unordered_map>

namespace gradus::program {
namespace {

// How an operand is laid out when it broadcasts to `large`.
struct Pattern {
  Loop::Operand::Kind kind;
  Index columns;  // of row and column operands: the period
  std::array<Index, Shape::max_rank> sizes, strides;
};

Pattern strided_pattern(const Shape& small, const Shape& large) {
  Pattern pattern{Loop::Operand::Kind::strided, 0, {1, 1, 1, 1}, {}};
  Index stride = 1;
  for (int axis = large.rank() - 1; axis >= 0; --axis) {
    const auto i = static_cast<std::size_t>(axis + Shape::max_rank - large.rank());
    const int in_small = axis - (large.rank() - small.rank());
    const Index size = in_small >= 0 ? small[in_small] : 1;
    pattern.sizes[i] = large[axis];
    pattern.strides[i] = size == 1 ? 0 : stride;
    stride *= size;
  }
  return pattern;
}

// A row operand repeats along the leading axes, a column operand along the last ones; anything else is strided.
Pattern pattern_of(const Shape& small, const Shape& large) {
  Pattern pattern = strided_pattern(small, large);
  const Index elements = small.elements();
  if (elements == large.elements()) pattern.kind = Loop::Operand::Kind::full;
  if (elements == large.elements()) return pattern;
  if (elements == 1) pattern.kind = Loop::Operand::Kind::constant;
  if (elements == 1) return pattern;
  std::size_t axis = Shape::max_rank;
  const auto run = [&](bool repeats) {
    Index size = 1;
    for (; axis > 0 && (pattern.sizes[axis - 1] == 1 || (pattern.strides[axis - 1] == 0) == repeats); --axis)
      size *= pattern.sizes[axis - 1];
    return size;
  };
  std::size_t last = Shape::max_rank;
  while (pattern.sizes[last - 1] == 1) --last;
  const bool column = pattern.strides[last - 1] == 0;
  pattern.columns = run(column);
  run(!column);
  if (axis == 0) pattern.kind = column ? Loop::Operand::Kind::column : Loop::Operand::Kind::row;
  return pattern;
}

class LoopMaker {
 public:
  LoopMaker(const Analysis& analysis, const std::function<ValueId(Tensor)>& value_of)
      : analysis_(analysis), value_of_(value_of) {}

  Loop make(Tensor x) {
    const Shape large = analysis_.shape(x);
    for (int axis = 0; axis < large.rank(); ++axis)
      if (loop_.rows == 1) loop_.rows = large[axis];
    loop_.row_length = large.elements() / loop_.rows;
    collect(x, x.id());
    for (const Tensor leaf : leaves_) loop_.operands.push_back(operand(leaf, large));
    if (loop_.columns == 0) loop_.columns = large.elements();
    write_code(x);
    return std::move(loop_);
  }

 private:
  bool in_group(Tensor x, NodeId group) {
    const auto& facts = analysis_.at(x);
    return is_elementwise(x) && !facts.number && !facts.product_sum && facts.group == group;
  }

  void collect(Tensor x, NodeId group) {
    if (!in_group(x, group)) {
      if (std::ranges::find(leaves_, x) == leaves_.end()) leaves_.push_back(x);
      return;
    }
    if (std::ranges::find(members_, x) != members_.end()) return;
    for (std::size_t i = 0; i < x.input_count(); ++i) collect(x.input(i), group);
    members_.push_back(x);
  }

  Loop::Operand operand(Tensor x, const Shape& large) {
    if (const auto number = analysis_.at(x).number)
      return {.kind = Loop::Operand::Kind::constant, .number = *number};
    const Tensor source = as<op::Broadcast>(x) ? x.input(0) : x;
    Pattern pattern = pattern_of(analysis_.shape(source), large);
    using enum Loop::Operand::Kind;
    if (pattern.kind == row || pattern.kind == column) {
      if (loop_.columns == 0 && loop_.row_length % pattern.columns == 0) loop_.columns = pattern.columns;
      if (loop_.columns != pattern.columns)
        pattern.kind = strided;  // a second period in one loop goes the slow way
    }
    return {
        .kind = pattern.kind, .value = value_of_(source), .sizes = pattern.sizes, .strides = pattern.strides};
  }

  // Slots: operands, scratch tiles (each free again after its last use), the result.
  void write_code(Tensor root) {
    const int first_scratch = static_cast<int>(leaves_.size());
    if (members_.empty()) {
      loop_.code.push_back({op::Broadcast{}, {0, -1, -1}, first_scratch});
      return;
    }
    std::unordered_map<NodeId, std::size_t> last_use;
    for (std::size_t i = 0; i < members_.size(); ++i)
      for (std::size_t k = 0; k < members_[i].input_count(); ++k) last_use[members_[i].input(k).id()] = i;
    std::unordered_map<NodeId, int> slot;
    for (std::size_t i = 0; i < leaves_.size(); ++i) slot[leaves_[i].id()] = static_cast<int>(i);
    std::vector<int> free;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const Tensor x = members_[i];
      Loop::Instruction instruction{x.op(), {-1, -1, -1}, -1};
      for (std::size_t k = 0; k < x.input_count(); ++k) instruction.sources[k] = slot[x.input(k).id()];
      for (std::size_t k = 0; k < x.input_count(); ++k) {
        const int source = instruction.sources[k];
        const bool repeated =
            std::find(instruction.sources.begin(),
                      instruction.sources.begin() + static_cast<std::ptrdiff_t>(k),
                      source) != instruction.sources.begin() + static_cast<std::ptrdiff_t>(k);
        if (source >= first_scratch && last_use[x.input(k).id()] == i && !repeated) free.push_back(source);
      }
      if (x != root) {
        if (free.empty()) free.push_back(first_scratch + loop_.scratch++);
        instruction.target = slot[x.id()] = free.back();
        free.pop_back();
      }
      loop_.code.push_back(std::move(instruction));
    }
    loop_.code.back().target = first_scratch + loop_.scratch;
  }

  const Analysis& analysis_;
  const std::function<ValueId(Tensor)>& value_of_;
  Loop loop_{.out = -1, .rows = 1, .row_length = 1, .columns = 0, .operands = {}, .code = {}, .scratch = 0};
  std::vector<Tensor> members_;  // in the order of computation
  std::vector<Tensor> leaves_;   // what they read from outside
};

}  // namespace

Loop make_loop(Tensor x, const Analysis& analysis, const std::function<ValueId(Tensor)>& value_of) {
  return LoopMaker(analysis, value_of).make(x);
}

}  // namespace gradus::program
