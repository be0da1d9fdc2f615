#include <fmt/format.h>

#include "nn/run/program.h"

namespace gradus::program {
namespace {

std::string bytes_text(double bytes) {
  if (bytes < 1e4) return fmt::format("{:.0f} B", bytes);
  if (bytes < 1e7) return fmt::format("{:.1f} kB", bytes / 1e3);
  return fmt::format("{:.1f} MB", bytes / 1e6);
}

// One step a line: what it does, to which values, and what it costs.
class Printer {
 public:
  Printer(const Program& program, std::size_t scalar_bytes)
      : program_(program), scalar_bytes_(static_cast<double>(scalar_bytes)) {}

  std::string line(const Step& step) const {
    const std::string what = std::visit([&](const auto& work) { return describe(work); }, step.work);
    return fmt::format("{} {:<60} {}\n", step.barrier ? '|' : ' ', what, place(step.writes));
  }

 private:
  std::string name(ValueId v) const {
    const Tensor x = program_.at(v).tensor;
    if (program_.at(v).place == Value::Place::input) return x.label();
    return fmt::format("#{}", x.id());
  }

  std::string place(ValueId v) const {
    const Value& value = program_.at(v);
    const double bytes = static_cast<double>(value.elements) * scalar_bytes_;
    if (value.output) return fmt::format("-> output {}, {}", name(v), bytes_text(bytes));
    return fmt::format("-> {} at {:.0f}, {}", name(v), static_cast<double>(value.offset) * scalar_bytes_,
                       bytes_text(bytes));
  }

  std::string describe(const Product& w) const {
    return fmt::format("product {} {}{} {}{}  {}×{}×{}, {:.3g} Mflop", w.accumulate ? "+=" : "=", name(w.a),
                       w.transpose_a ? "ᵀ" : "", name(w.b), w.transpose_b ? "ᵀ" : "", w.m, w.k, w.n,
                       2e-6 * static_cast<double>(w.m) * static_cast<double>(w.n) * static_cast<double>(w.k));
  }
  std::string describe(const Loop& w) const {
    std::string operands, operations;
    for (const Loop::Operand& operand : w.operands)
      operands += fmt::format("{}{}", operands.empty() ? "" : ", ",
                              operand.value < 0 ? fmt::format("{}", operand.number) : name(operand.value));
    for (const Loop::Instruction& instruction : w.code)
      operations += fmt::format("{}{}", operations.empty() ? "" : ", ",
                                std::holds_alternative<op::Broadcast>(instruction.operation)
                                    ? "copy"
                                    : op::name(instruction.operation));
    return fmt::format("loop ({}) of {}  {}×{}", operations, operands, w.rows, w.row_length);
  }
  std::string describe(const Reduction& w) const {
    constexpr const char* names[] = {"sum", "max", "log-sum-exp"};
    return fmt::format("{} of {}  {}×[{}]×{}", names[static_cast<std::size_t>(w.kind)], name(w.in), w.outer,
                       w.length, w.inner);
  }
  std::string describe(const Copy& w) const {
    return fmt::format("copy of {}  {}×{}×{}×{}", name(w.in), w.sizes[0], w.sizes[1], w.sizes[2], w.sizes[3]);
  }
  std::string describe(const Pick& w) const {
    return fmt::format("gather of {} by {}", name(w.in), name(w.index));
  }
  std::string describe(const OneHot& w) const {
    return fmt::format("one-hot of {}  {}×{}", name(w.index), w.rows, w.classes);
  }
  std::string describe(const Mask& w) const { return fmt::format("dropout mask, rate {}", w.rate); }

  const Program& program_;
  double scalar_bytes_;
};

}  // namespace

std::string print(const Program& program, std::size_t scalar_bytes) {
  const Printer printer(program, scalar_bytes);
  std::string text;
  for (std::size_t s = 0; s < program.steps.size(); ++s) {
    if (s == 0 && program.hold_steps > 0) text += "hold\n";
    if (s == program.hold_steps) text += "apply\n";
    text += printer.line(program.steps[s]);
  }
  return text +
         fmt::format("arena {}, {:.4g} Mflop in products; | waits for all threads\n",
                     bytes_text(static_cast<double>(program.arena) * static_cast<double>(scalar_bytes)),
                     1e-6 * program.flops);
}

}  // namespace gradus::program
