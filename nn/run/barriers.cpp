// Threads share the rows of each result, always the same rows of as many. A step that reads only its own rows of what was
// computed since all threads last met needs no meeting; every other dependence, also one through reused memory, does.
#include <algorithm>

#include "nn/run/program.h"

namespace gradus::program {

Index rows_together(Index rows) {
  constexpr Index least = 12, chunks = 64;
  const Index chunk = (rows + chunks - 1) / chunks;
  return (chunk + least - 1) / least * least;
}

namespace {

struct Access {
  ValueId space;  // 0 for the arena, an output's number + 1 for memory of its own
  Index first, last;
  Index rows;  // by rows shared as rows_together says; 0: any thread may touch any part
  bool write;

  bool conflicts(const Access& other) const {
    if (space != other.space || first >= other.last || other.first >= last || !(write || other.write))
      return false;
    return rows == 0 || rows != other.rows || first != other.first || last != other.last;
  }
};

class Accesses {
 public:
  explicit Accesses(const Program& program) : program_(program) {}

  std::vector<Access> of(const Step& step) {
    list_.clear();
    std::visit([&](const auto& work) { collect(work); }, step.work);
    return std::move(list_);
  }

 private:
  void add(ValueId v, Index rows, bool write) {
    const Value& base = program_.at(program_.base(v));
    if (base.place == Value::Place::input) return;
    const Index view_offset = program_.at(v).place == Value::Place::view ? program_.at(v).offset : 0;
    const Index first = (base.output ? 0 : base.offset) + view_offset;
    list_.push_back(
        {base.output ? program_.base(v) + 1 : 0, first, first + program_.at(v).elements, rows, write});
  }
  void read(ValueId v, Index rows) { add(v, rows, false); }
  void write(ValueId v, Index rows) { add(v, rows, true); }

  void collect(const Product& work) {
    const Index rows = work.parts > 0 ? 0 : work.m;
    read(work.a, work.transpose_a ? 0 : rows);
    read(work.b, 0);
    write(work.out, rows);
  }
  void collect(const Loop& work) {
    for (const Loop::Operand& operand : work.operands) {
      if (operand.value < 0) continue;
      const bool own = operand.kind == Loop::Operand::Kind::full ||
                       (operand.kind == Loop::Operand::Kind::column && work.columns == work.row_length);
      read(operand.value, own ? work.rows : 0);
    }
    write(work.out, work.rows);
  }
  void collect(const Reduction& work) {
    read(work.in, work.inner == 1 ? work.outer : 0);
    write(work.out, work.inner == 1 ? work.outer : work.outer == 1 ? work.inner : 0);
  }
  void collect(const Copy& work) {
    read(work.in, 0);
    write(work.out, 0);
  }
  void collect(const Pick& work) {
    read(work.in, work.rows);
    read(work.index, work.rows);
    write(work.out, work.rows);
  }
  void collect(const OneHot& work) {
    read(work.index, work.rows);
    write(work.out, work.rows);
  }
  void collect(const Mask& work) { write(work.out, 0); }

  const Program& program_;
  std::vector<Access> list_;
};

}  // namespace

void place_barriers(Program& program) {
  Accesses accesses(program);
  std::vector<Access> since;  // the last meeting; each phase begins with one
  for (std::size_t s = 0; s < program.steps.size(); ++s) {
    Step& step = program.steps[s];
    if (s == program.hold_steps) since.clear();
    const std::vector<Access> now = accesses.of(step);
    step.barrier = std::ranges::any_of(now, [&](const Access& a) {
      return std::ranges::any_of(since, [&](const Access& b) { return a.conflicts(b); });
    });
    if (step.barrier) since.clear();
    since.insert(since.end(), now.begin(), now.end());
  }
}

}  // namespace gradus::program
