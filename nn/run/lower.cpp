#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "nn/run/kernels.h"
#include "nn/run/program.h"

namespace gradus::program {
namespace {

template <class Operation>
const Operation* as(Tensor x) {
  return std::get_if<Operation>(&x.op());
}

bool is_elementwise(Tensor x) { return as<op::Unary>(x) || as<op::Binary>(x) || as<op::Select>(x); }

std::size_t place(Tensor x) { return static_cast<std::size_t>(x.id()); }

// The facts about each node that the steps are made from.
class Analysis {
 public:
  Analysis(std::span<const Tensor> outputs, Index cases, std::span<const Tensor> varying, bool fuse)
      : graph_(outputs[0].graph()), cases_(cases), nodes_(static_cast<std::size_t>(graph_.size())) {
    for (const Tensor output : outputs) at(output).live = at(output).output = true;
    for (const Tensor input : varying) at(input).varying = true;
    for (NodeId id = graph_.size(); id-- > 0;) find_uses(graph_.node(id));
    for (NodeId id = 0; id < graph_.size(); ++id) fold(graph_.node(id), varying.empty());
    for (NodeId id = 0; id < graph_.size(); ++id) find_product_sums(graph_.node(id));
    for (NodeId id = graph_.size(); id-- > 0;) find_group(graph_.node(id), fuse);
  }

  struct Facts {
    bool live = false, output = false, varying = false, product_sum = false;
    std::optional<double> number;  // every element is this number
    std::vector<NodeId> users;
    NodeId group = -1;  // of elementwise nodes: the node whose loop computes it
  };
  Facts& at(Tensor x) { return nodes_[place(x)]; }
  Graph& graph() const { return graph_; }

 private:
  void find_uses(Tensor x) {
    if (!at(x).live) return;
    for (std::size_t i = 0; i < x.input_count(); ++i) {
      at(x.input(i)).live = true;
      at(x.input(i)).users.push_back(x.id());
    }
  }

  void fold(Tensor x, bool all_varies) {
    Facts& facts = at(x);
    if (!facts.live) return;
    facts.varying |= all_varies;
    bool known = x.input_count() > 0;
    std::array<double, 3> value{};
    for (std::size_t i = 0; i < x.input_count(); ++i) {
      const Facts& input = at(x.input(i));
      facts.varying |= input.varying;
      known &= input.number.has_value();
      if (i < 3 && input.number) value[i] = *input.number;
    }
    if (const auto* constant = as<op::Constant>(x)) facts.number = constant->value;
    if (as<op::BatchSize>(x)) facts.number = static_cast<double>(cases_);
    if (!known) return;
    const Kernels<double>& kernel = kernels<double>();
    double result = 0;
    if (const auto* unary = as<op::Unary>(x))
      kernel.unary[static_cast<std::size_t>(unary->function)](1, &value[0], nullptr, nullptr, &result,
                                                              unary->parameter);
    else if (const auto* binary = as<op::Binary>(x))
      kernel.binary[static_cast<std::size_t>(binary->function)](1, &value[0], &value[1], nullptr, &result, 0);
    else if (as<op::Select>(x))
      kernel.select(1, &value[0], &value[1], &value[2], &result, 0);
    else if (as<op::Broadcast>(x) || as<op::Reshape>(x) || as<op::Transpose>(x) || as<op::Slice>(x) ||
             as<op::StopGradient>(x))
      result = value[0];
    else
      return;
    facts.number = result;
  }

  // Sums whose terms are products that nothing else needs are accumulated by the products themselves.
  void find_product_sums(Tensor x) {
    const auto* binary = as<op::Binary>(x);
    if (!at(x).live || !binary || binary->function != op::BinaryFunction::add || x.input(0) == x.input(1))
      return;
    const auto absorbable = [&](Tensor term) {
      const Facts& facts = at(term);
      return (as<op::Matmul>(term) || facts.product_sum) && facts.users.size() == 1 && !facts.output &&
             facts.varying == at(x).varying;
    };
    at(x).product_sum = absorbable(x.input(0)) && absorbable(x.input(1));
  }

  // An elementwise node joins the loop of its users where that is one loop, in its own phase.
  void find_group(Tensor x, bool fuse) {
    Facts& facts = at(x);
    if (!facts.live || !is_elementwise(x) || facts.number || facts.product_sum) return;
    facts.group = x.id();
    if (!fuse || facts.output || facts.users.empty()) return;
    NodeId common = -1;
    for (const NodeId id : facts.users) {
      Facts& user = at(graph_.node(id));
      if (user.group < 0 || user.varying != facts.varying || (common >= 0 && user.group != common)) return;
      common = user.group;
    }
    facts.group = common;
  }

  Graph& graph_;
  Index cases_;
  std::vector<Facts> nodes_;
};

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

class Lowering {
 public:
  Lowering(std::span<const Tensor> outputs, Index cases, std::span<const Tensor> varying, bool fuse)
      : analysis_(outputs, cases, varying, fuse), cases_(cases) {
    for (NodeId id = 0; id < analysis_.graph().size(); ++id) emit_node(analysis_.graph().node(id));
    for (const Tensor output : outputs) program_.outputs.push_back(output_value(output));
    for (const ValueId v : program_.outputs) program_.at(v).output = true;
    program_.hold_steps = hold_.size();
    program_.steps = std::move(hold_);
    program_.steps.insert(program_.steps.end(), std::make_move_iterator(apply_.begin()),
                          std::make_move_iterator(apply_.end()));
  }

  Program take() { return std::move(program_); }

 private:
  Shape shape(Tensor x) const { return x.shape().bound(cases_); }

  ValueId new_value(Tensor x, Value::Place where) {
    program_.values.push_back({x, where, shape(x).elements()});
    return static_cast<ValueId>(program_.values.size() - 1);
  }

  void add_step(Tensor x, Work work, std::vector<ValueId> reads, ValueId writes) {
    program_.elements += static_cast<double>(program_.at(writes).elements);
    (analysis_.at(x).varying ? apply_ : hold_).push_back({std::move(work), std::move(reads), writes});
  }

  // Computes what must stand in memory on its own; the rest is computed where it is used.
  void emit_node(Tensor x) {
    const auto& facts = analysis_.at(x);
    if (!facts.live || facts.number || as<op::Broadcast>(x)) return;
    if (is_elementwise(x) && !facts.product_sum && facts.group != x.id()) return;
    if ((as<op::Matmul>(x) || facts.product_sum) && absorbed(x)) return;
    static_cast<void>(value_of(x));
  }

  bool absorbed(Tensor x) {
    const auto& users = analysis_.at(x).users;
    return users.size() == 1 && analysis_.at(analysis_.graph().node(users[0])).product_sum &&
           !analysis_.at(x).output;
  }

  ValueId value_of(Tensor x) {
    if (const auto known = values_.find(x.id()); known != values_.end()) return known->second;
    const ValueId v = analysis_.at(x).number ? emit_loop(x) : emit(x);
    values_.emplace(x.id(), v);
    return v;
  }

  ValueId emit(Tensor x) {
    if (as<op::Input>(x)) {
      const ValueId v = new_value(x, Value::Place::input);
      program_.inputs.push_back(v);
      return v;
    }
    if (analysis_.at(x).product_sum) return emit_product_sum(x);
    if (is_elementwise(x) || as<op::Broadcast>(x)) return emit_loop(x);
    if (as<op::Reshape>(x) || as<op::StopGradient>(x)) return view(x, value_of(x.input(0)), 0);
    if (const auto* op = as<op::Sum>(x)) return emit_reduction(x, Reduction::Kind::sum, op->first, op->last);
    if (const auto* op = as<op::Max>(x)) return emit_reduction(x, Reduction::Kind::max, op->first, op->last);
    if (const auto* op = as<op::LogSumExp>(x))
      return emit_reduction(x, Reduction::Kind::log_sum_exp, op->first, op->last);
    if (const auto* op = as<op::Transpose>(x)) return emit_transpose(x, *op);
    if (const auto* op = as<op::Slice>(x)) return emit_slice(x, *op);
    if (const auto* op = as<op::Pad>(x)) {
      const ValueId out = new_value(x, Value::Place::arena);
      emit_part(x, value_of(x.input(0)), x.input(0), out, op->axis, op->before, true);
      return out;
    }
    if (const auto* op = as<op::Concatenate>(x)) return emit_concatenate(x, op->axis);
    if (as<op::Matmul>(x)) {
      const ValueId out = new_value(x, Value::Place::arena);
      emit_product(x, out, false);
      return out;
    }
    return emit_choice(x);
  }

  ValueId emit_choice(Tensor x) {
    if (as<op::Gather>(x)) {
      const ValueId in = value_of(x.input(0)), index = value_of(x.input(1)),
                    out = new_value(x, Value::Place::arena);
      const Shape from = shape(x.input(0));
      add_step(x, Pick{in, index, out, program_.at(out).elements, from[from.rank() - 1]}, {in, index}, out);
      return out;
    }
    if (const auto* op = as<op::OneHot>(x)) {
      const ValueId index = value_of(x.input(0)), out = new_value(x, Value::Place::arena);
      add_step(x, OneHot{index, out, program_.at(index).elements, op->classes}, {index}, out);
      return out;
    }
    const auto& mask = std::get<op::DropoutMask>(x.op());
    const ValueId out = new_value(x, Value::Place::arena);
    add_step(x, Mask{out, program_.at(out).elements, mask.rate, mask.purpose}, {}, out);
    return out;
  }

  // ---- Products ------------------------------------------------------------------------------------------------------

  ValueId emit_product_sum(Tensor x) {
    const ValueId out = new_value(x, Value::Place::arena);
    bool first = true;
    const auto add_terms = [&](auto&& self, Tensor term) -> void {
      if (as<op::Matmul>(term)) {
        emit_product(term, out, !first);
        first = false;
        return;
      }
      self(self, term.input(0));
      self(self, term.input(1));
    };
    add_terms(add_terms, x);
    return out;
  }

  void emit_product(Tensor x, ValueId out, bool accumulate) {
    const auto& op = std::get<op::Matmul>(x.op());
    const ValueId a = value_of(x.input(0)), b = value_of(x.input(1));
    const Shape result = shape(x), left = shape(x.input(0));
    const Index m = result[0], n = result[1], k = left[op.transpose_a ? 0 : 1];
    for (const Index size : {m, n, k})
      if (size > std::numeric_limits<std::int32_t>::max())
        throw Error(
            fmt::format("[plan] a matrix product of {} × {} × {} is more than BLAS can count.", m, n, k));
    const bool by_columns = m < 32 && n > m;
    program_.flops += 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
    std::vector<ValueId> reads{a, b};
    if (accumulate) reads.push_back(out);
    add_step(x, Product{a, b, out, op.transpose_a, op.transpose_b, accumulate, m, n, k, by_columns},
             std::move(reads), out);
  }

  // ---- Elementwise loops ---------------------------------------------------------------------------------------------

  // Computes the group whose last node is x, or copies a broadcast or a number into memory.
  ValueId emit_loop(Tensor x) {
    const Shape large = shape(x);
    Loop loop{.out = -1, .rows = 1, .row_length = 1, .columns = 0, .operands = {}, .code = {}, .scratch = 0};
    for (int axis = 0; axis < large.rank(); ++axis)
      if (loop.rows == 1) loop.rows = large[axis];
    loop.row_length = large.elements() / loop.rows;

    std::vector<Tensor> members, leaves;
    collect(x, x.id(), members, leaves);
    std::vector<ValueId> reads;
    for (const Tensor leaf : leaves) {
      loop.operands.push_back(operand(leaf, large, loop));
      if (loop.operands.back().value >= 0) reads.push_back(loop.operands.back().value);
    }
    if (loop.columns == 0) loop.columns = large.elements();
    write_code(loop, x, members, leaves);
    loop.out = new_value(x, Value::Place::arena);
    const ValueId out = loop.out;
    add_step(x, std::move(loop), std::move(reads), out);
    return out;
  }

  bool in_group(Tensor x, NodeId group) {
    const auto& facts = analysis_.at(x);
    return is_elementwise(x) && !facts.number && !facts.product_sum && facts.group == group;
  }

  // Members in the order of computation, and the tensors that they read from outside.
  void collect(Tensor x, NodeId group, std::vector<Tensor>& members, std::vector<Tensor>& leaves) {
    if (!in_group(x, group)) {
      if (std::ranges::find(leaves, x) == leaves.end()) leaves.push_back(x);
      return;
    }
    if (std::ranges::find(members, x) != members.end()) return;
    for (std::size_t i = 0; i < x.input_count(); ++i) collect(x.input(i), group, members, leaves);
    members.push_back(x);
  }

  Loop::Operand operand(Tensor x, const Shape& large, Loop& loop) {
    if (const auto number = analysis_.at(x).number)
      return {.kind = Loop::Operand::Kind::constant, .number = *number};
    const Tensor source = as<op::Broadcast>(x) ? x.input(0) : x;
    Pattern pattern = pattern_of(shape(source), large);
    using enum Loop::Operand::Kind;
    if (pattern.kind == row || pattern.kind == column) {
      if (loop.columns == 0 && loop.row_length % pattern.columns == 0) loop.columns = pattern.columns;
      if (loop.columns != pattern.columns)
        pattern.kind = strided;  // a second period in one loop goes the slow way
    }
    return {
        .kind = pattern.kind, .value = value_of(source), .sizes = pattern.sizes, .strides = pattern.strides};
  }

  // Slots: operands, scratch tiles (each free again after its last use), the result.
  void write_code(Loop& loop, Tensor root, const std::vector<Tensor>& members,
                  const std::vector<Tensor>& leaves) {
    const int first_scratch = static_cast<int>(leaves.size());
    if (members.empty()) {
      loop.code.push_back({op::Broadcast{}, {0, -1, -1}, first_scratch});
      return;
    }
    std::unordered_map<NodeId, std::size_t> last_use;
    for (std::size_t i = 0; i < members.size(); ++i)
      for (std::size_t k = 0; k < members[i].input_count(); ++k) last_use[members[i].input(k).id()] = i;
    std::unordered_map<NodeId, int> slot;
    for (std::size_t i = 0; i < leaves.size(); ++i) slot[leaves[i].id()] = static_cast<int>(i);
    std::vector<int> free;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const Tensor x = members[i];
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
        if (free.empty()) free.push_back(first_scratch + loop.scratch++);
        instruction.target = slot[x.id()] = free.back();
        free.pop_back();
      }
      loop.code.push_back(std::move(instruction));
    }
    loop.code.back().target = first_scratch + loop.scratch;
  }

  // ---- Reductions and copies -----------------------------------------------------------------------------------------

  ValueId emit_reduction(Tensor x, Reduction::Kind kind, int first, int last) {
    const Shape from = shape(x.input(0));
    const ValueId in = value_of(x.input(0)), out = new_value(x, Value::Place::arena);
    Reduction reduction{kind, in, out, 1, 1, 1};
    for (int axis = 0; axis < from.rank(); ++axis)
      (axis < first ? reduction.outer : axis < last ? reduction.length : reduction.inner) *= from[axis];
    add_step(x, reduction, {in}, out);
    return out;
  }

  ValueId view(Tensor x, ValueId of, Index offset) {
    const ValueId v = new_value(x, Value::Place::view);
    program_.at(v).base = program_.base(of);
    program_.at(v).offset =
        offset + (program_.at(of).place == Value::Place::view ? program_.at(of).offset : 0);
    return v;
  }

  static std::array<Index, Shape::max_rank> sizes_of(const Shape& shape) {
    std::array<Index, Shape::max_rank> sizes;
    sizes.fill(1);
    std::ranges::copy(shape.sizes(), sizes.end() - shape.rank());
    return sizes;
  }
  static std::array<Index, Shape::max_rank> strides_of(const Shape& shape) {
    std::array<Index, Shape::max_rank> strides{};
    const auto sizes = sizes_of(shape);
    Index stride = 1;
    for (std::size_t i = strides.size(); i-- > 0; stride *= sizes[i]) strides[i] = stride;
    return strides;
  }

  ValueId emit_transpose(Tensor x, const op::Transpose& op) {
    const Shape from = shape(x.input(0)), to = shape(x);
    const ValueId in = value_of(x.input(0)), out = new_value(x, Value::Place::arena);
    const auto from_strides = strides_of(from);
    Copy copy{in, out, sizes_of(to), {}, strides_of(to), 0, 0, false};
    const std::size_t missing = Shape::max_rank - static_cast<std::size_t>(to.rank());
    for (std::size_t i = 0; i < static_cast<std::size_t>(to.rank()); ++i)
      copy.in_strides[missing + i] = from_strides[missing + static_cast<std::size_t>(op.order[i])];
    add_step(x, copy, {in}, out);
    return out;
  }

  ValueId emit_slice(Tensor x, const op::Slice& op) {
    const Shape from = shape(x.input(0)), to = shape(x);
    const ValueId in = value_of(x.input(0));
    const auto strides = strides_of(from);
    const Index offset =
        op.start * strides[static_cast<std::size_t>(Shape::max_rank - from.rank() + op.axis)];
    bool contiguous = true;
    for (int axis = 0; axis < op.axis; ++axis) contiguous &= from[axis] == 1;
    if (contiguous) return view(x, in, offset);
    const ValueId out = new_value(x, Value::Place::arena);
    add_step(x, Copy{in, out, sizes_of(to), strides, strides_of(to), offset, 0, false}, {in}, out);
    return out;
  }

  // Copies `part` to where it begins along the axis of x.
  void emit_part(Tensor x, ValueId in, Tensor part, ValueId out, int axis, Index start, bool clear_first) {
    const Shape from = shape(part), to = shape(x);
    const auto strides = strides_of(to);
    const Index offset = start * strides[static_cast<std::size_t>(Shape::max_rank - to.rank() + axis)];
    add_step(x, Copy{in, out, sizes_of(from), strides_of(from), strides, 0, offset, clear_first}, {in}, out);
  }

  ValueId emit_concatenate(Tensor x, int axis) {
    std::vector<ValueId> parts;
    for (std::size_t i = 0; i < x.input_count(); ++i) parts.push_back(value_of(x.input(i)));
    const ValueId out = new_value(x, Value::Place::arena);
    Index start = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      emit_part(x, parts[i], x.input(i), out, axis, start, false);
      start += x.input(i).shape()[axis];
    }
    return out;
  }

  // An output must stand in memory of its own, which the caller may replace.
  ValueId output_value(Tensor x) {
    const ValueId v = value_of(x);
    const bool own = program_.at(v).place == Value::Place::arena;
    if (own && std::ranges::find(program_.outputs, v) == program_.outputs.end()) return v;
    const ValueId out = new_value(x, Value::Place::arena);
    const Index n = program_.at(out).elements;
    Loop copy{.out = out, .rows = n, .row_length = 1, .columns = n, .operands = {}, .code = {}, .scratch = 0};
    copy.operands.push_back(
        {.kind = n == 1 ? Loop::Operand::Kind::constant : Loop::Operand::Kind::full, .value = v});
    copy.code.push_back({op::Broadcast{}, {0, -1, -1}, 1});
    add_step(x, std::move(copy), {v}, out);
    return out;
  }

  Analysis analysis_;
  Index cases_;
  Program program_;
  std::vector<Step> hold_, apply_;
  std::unordered_map<NodeId, ValueId> values_;
};

}  // namespace

Program lower(std::span<const Tensor> outputs, Index cases, std::span<const Tensor> varying, bool fuse) {
  return Lowering(outputs, cases, varying, fuse).take();
}

}  // namespace gradus::program
