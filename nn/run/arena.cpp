// Which value lives when, and where: a static plan of memory, in place where an elementwise result may replace an operand.
#include <algorithm>
#include <numeric>

#include "nn/run/program.h"

namespace gradus::program {
namespace {

constexpr std::size_t nobody = static_cast<std::size_t>(-1);

struct Lifetime {
  std::size_t first = nobody, last = 0;  // steps
  bool overlaps(const Lifetime& other) const { return first <= other.last && other.first <= last; }
};

std::vector<Lifetime> lifetimes(const Program& program, bool reuse) {
  std::vector<Lifetime> lives(program.values.size());
  const std::size_t end = program.steps.size();
  const auto use = [&](ValueId v, std::size_t step) {
    Lifetime& life = lives[static_cast<std::size_t>(program.base(v))];
    life.first = std::min(life.first, step);
    life.last = std::max(life.last, step);
  };
  for (std::size_t s = 0; s < end; ++s) {
    use(program.steps[s].writes, s);
    for (const ValueId v : program.steps[s].reads) use(v, s);
  }
  for (std::size_t v = 0; v < lives.size(); ++v) {
    const bool held = lives[v].first < program.hold_steps && lives[v].last >= program.hold_steps;
    // An output may be put elsewhere by the caller, so that threads do not wait for what was in its memory before.
    if (!reuse || program.values[v].output) lives[v].first = 0;
    if (!reuse || held || program.values[v].output) lives[v].last = end;
  }
  return lives;
}

// Whether a part of the value is read elsewhere than where the result is written, as when a row of it broadcasts.
bool read_elsewhere(const Program& program, const Loop& loop, ValueId v) {
  return std::ranges::any_of(loop.operands, [&](const Loop::Operand& operand) {
    return operand.value >= 0 && operand.kind != Loop::Operand::Kind::full &&
           program.base(operand.value) == v;
  });
}

// The operand whose memory the loop's result may take: as large, read at the same places, dead afterwards.
ValueId replaceable(const Program& program, const Loop& loop, std::size_t step,
                    const std::vector<Lifetime>& lives) {
  if (program.at(loop.out).output) return -1;
  for (const Loop::Operand& operand : loop.operands) {
    if (operand.kind != Loop::Operand::Kind::full) continue;
    const ValueId v = program.base(operand.value);
    const Value& value = program.at(v);
    if (value.place == Value::Place::arena && !value.output &&
        value.elements == program.at(loop.out).elements && lives[static_cast<std::size_t>(v)].last == step &&
        !read_elsewhere(program, loop, v))
      return v;
  }
  return -1;
}

}  // namespace

void assign_memory(Program& program, bool reuse, Index alignment) {
  const std::vector<Lifetime> lives = lifetimes(program, reuse);

  // Values that share one place follow each other in time: a slot lives from its first value's birth to its last one's death.
  struct Slot {
    Lifetime life;
    Index size, offset;
  };
  std::vector<Slot> slots;
  std::vector<std::size_t> slot_of(program.values.size(), nobody);
  for (std::size_t s = 0; s < program.steps.size(); ++s) {
    Step& step = program.steps[s];
    const auto out = static_cast<std::size_t>(step.writes);
    if (slot_of[out] != nobody) continue;
    const auto* loop = std::get_if<Loop>(&step.work);
    const ValueId replaced = reuse && loop ? replaceable(program, *loop, s, lives) : -1;
    if (replaced >= 0) {
      slot_of[out] = slot_of[static_cast<std::size_t>(replaced)];
      slots[slot_of[out]].life.last = lives[out].last;
    } else {
      slot_of[out] = slots.size();
      slots.push_back(
          {lives[out], (program.values[out].elements + alignment - 1) / alignment * alignment, 0});
    }
  }
  for (std::size_t v = 0; v < program.values.size(); ++v) {
    const Lifetime& life = lives[v];
    if (slot_of[v] == nobody || life.last >= program.steps.size()) continue;
    Step& last = program.steps[life.last];
    if (slot_of[static_cast<std::size_t>(last.writes)] != slot_of[v] ||
        last.writes == static_cast<ValueId>(v))
      last.dying.push_back(static_cast<ValueId>(v));
  }

  // The largest first, each at the lowest place that is free during its life.
  std::vector<std::size_t> order(slots.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return slots[a].size > slots[b].size; });
  std::vector<std::size_t> placed;
  for (const std::size_t i : order) {
    std::vector<const Slot*> taken;
    for (const std::size_t j : placed)
      if (slots[j].life.overlaps(slots[i].life)) taken.push_back(&slots[j]);
    std::ranges::sort(taken, {}, &Slot::offset);
    Index offset = 0;
    for (const Slot* other : taken) {
      if (offset + slots[i].size <= other->offset) break;
      offset = std::max(offset, other->offset + other->size);
    }
    slots[i].offset = offset;
    program.arena = std::max(program.arena, offset + slots[i].size);
    placed.push_back(i);
  }
  for (std::size_t v = 0; v < program.values.size(); ++v)
    if (slot_of[v] != nobody) program.values[v].offset = slots[slot_of[v]].offset;
}

}  // namespace gradus::program
