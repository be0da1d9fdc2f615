#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "base/error.h"
#include "nn/run/analysis.h"
#include "nn/run/make_loop.h"
#include "nn/run/program.h"

namespace gradus::program {
namespace {

class Lowering {
 public:
  Lowering(std::span<const Tensor> outputs, Index cases, std::span<const Tensor> varying, bool fuse)
      : analysis_(outputs, cases, varying, fuse) {
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
  Shape shape(Tensor x) const { return analysis_.shape(x); }

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

  // ---- Products ----

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
    constexpr Index few = 24, part = 128;
    Index parts = m < few ? (n + part - 1) / part : 0;
    if (parts > 1) parts += parts % 2;  // as many for each of two threads
    program_.flops += 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
    std::vector<ValueId> reads{a, b};
    if (accumulate) reads.push_back(out);
    add_step(x, Product{a, b, out, op.transpose_a, op.transpose_b, accumulate, m, n, k, parts},
             std::move(reads), out);
  }

  // ---- Elementwise loops ----

  ValueId emit_loop(Tensor x) {
    Loop loop = make_loop(x, analysis_, [this](Tensor operand) { return value_of(operand); });
    std::vector<ValueId> reads;
    for (const Loop::Operand& operand : loop.operands)
      if (operand.value >= 0) reads.push_back(operand.value);
    const ValueId out = loop.out = new_value(x, Value::Place::arena);
    add_step(x, std::move(loop), std::move(reads), out);
    return out;
  }

  // ---- Reductions and copies ----

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
  Program program_;
  std::vector<Step> hold_, apply_;
  std::unordered_map<NodeId, ValueId> values_;
};

}  // namespace

Program lower(std::span<const Tensor> outputs, Index cases, std::span<const Tensor> varying, bool fuse) {
  return Lowering(outputs, cases, varying, fuse).take();
}

}  // namespace gradus::program
