#include "nn/run/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "nn/run/execute.h"
#include "nn/run/program.h"

namespace gradus {
namespace {

program::Program make_program(std::span<const Tensor> outputs, Index cases, std::span<const Tensor> varying,
                              const PlanOptions& options, Index alignment) {
  if (outputs.empty()) throw Error("[plan] there is no output to compute.");
  if (cases < 1) throw Error(fmt::format("[plan] the number of cases must be at least 1, not {}.", cases));
  for (const Tensor x : outputs)
    if (!x || &x.graph() != &outputs[0].graph())
      throw Error(fmt::format("[plan] output {} is not of the same graph as the first.", x.label()));
  for (const Tensor x : varying)
    if (!x || &x.graph() != &outputs[0].graph() || !std::holds_alternative<op::Input>(x.op()))
      throw Error(fmt::format("[plan] {} cannot vary: it is no input of the outputs' graph.", x.label()));
  program::Program program = program::lower(outputs, cases, varying, options.fuse);
  program::assign_memory(program, options.reuse, alignment);
  program::place_barriers(program);
  return program;
}

}  // namespace

template <class Scalar>
struct Plan<Scalar>::State {
  State(std::span<const Tensor> outputs, Index number_of_cases, std::span<const Tensor> varying,
        PlanOptions plan_options)
      : cases(number_of_cases),
        options(plan_options),
        program(make_program(outputs, number_of_cases, varying, plan_options,
                             64 / static_cast<Index>(sizeof(Scalar)))),
        executor(program),
        arena(static_cast<std::size_t>(program.arena)),
        places(program.values.size(), nullptr) {
    for (std::size_t v = 0; v < places.size(); ++v)
      if (program.values[v].place == program::Value::Place::arena)
        places[v] = arena.data() + program.values[v].offset;
  }

  // Where things are bound matters only when outputs are written: one may be bound where another was before.
  void check_bindings() {
    const auto overlap = [this](program::ValueId v, program::ValueId w) {
      const std::less<const Scalar*> before;
      const Scalar *const a = places[static_cast<std::size_t>(v)], *const b =
                                                                       places[static_cast<std::size_t>(w)];
      return a && b && before(a, b + program.at(w).elements) && before(b, a + program.at(v).elements);
    };
    const auto& outputs = program.outputs;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j)
        if (overlap(outputs[i], outputs[j]))
          throw Error(fmt::format(
              "[plan] outputs {} and {} are bound to memory that overlaps; each must have its own.", j, i));
      for (const program::ValueId input : program.inputs)
        if (input != outputs[i] && overlap(outputs[i], input))
          throw Error(
              fmt::format("[plan] output {} is bound to memory where input \"{}\" is; give it its own.", i,
                          program.at(input).tensor.label()));
    }
    bindings_checked = true;
  }

  // Views follow the values that they lie in, which may have been bound elsewhere.
  void run(std::size_t first, std::size_t last) {
    if (!bindings_checked) check_bindings();
    for (std::size_t s = first; s < last; ++s)
      for (const program::ValueId v : program.steps[s].reads)
        if (!places[static_cast<std::size_t>(program.base(v))])
          throw Error(fmt::format("[plan] input \"{}\" is not bound to values.",
                                  program.at(program.base(v)).tensor.label()));
    for (std::size_t v = 0; v < places.size(); ++v)
      if (const program::Value& value = program.values[v]; value.place == program::Value::Place::view)
        places[v] = places[static_cast<std::size_t>(value.base)] + value.offset;
    executor.run(first, last, places, options.poison);
  }

  Index cases;
  PlanOptions options;
  program::Program program;
  program::Executor<Scalar> executor;
  Vector<Scalar> arena;
  std::vector<Scalar*> places;
  bool bindings_checked = true;  // since the last one
};

template <class Scalar>
Plan<Scalar>::Plan(std::span<const Tensor> outputs, Index cases, std::span<const Tensor> varying,
                   PlanOptions options)
    : state_(std::make_unique<State>(outputs, cases, varying, options)) {}
template <class Scalar>
Plan<Scalar>::~Plan() = default;
template <class Scalar>
Plan<Scalar>::Plan(Plan&&) noexcept = default;
template <class Scalar>
Plan<Scalar>& Plan<Scalar>::operator=(Plan&&) noexcept = default;

template <class Scalar>
void Plan<Scalar>::bind(Tensor input, std::span<const Scalar> values) {
  if (!input || !std::holds_alternative<op::Input>(input.op()))
    throw Error(fmt::format("[plan] {} is no input; only inputs are bound to values.", input.label()));
  if (&input.graph() != &state_->program.values[0].tensor.graph())
    throw Error(fmt::format("[plan] input \"{}\" belongs to another graph than the plan.", input.label()));
  const Shape shape = input.shape().bound(state_->cases);
  if (static_cast<Index>(values.size()) != shape.elements())
    throw Error(fmt::format("[plan] input \"{}\" has shape {} with {} cases: {} values, but {} were given.",
                            input.label(), input.shape().to_string(), state_->cases, shape.elements(),
                            values.size()));
  for (const program::ValueId v : state_->program.inputs)
    if (state_->program.at(v).tensor == input)  // steps only read what a place of an input points to
      state_->places[static_cast<std::size_t>(v)] = const_cast<Scalar*>(values.data());
  state_->bindings_checked = false;
}

template <class Scalar>
void Plan<Scalar>::bind_output(std::size_t i, std::span<Scalar> destination) {
  if (i >= state_->program.outputs.size())
    throw Error(
        fmt::format("[plan] there is no output {}; the plan has {}.", i, state_->program.outputs.size()));
  const program::ValueId v = state_->program.outputs[i];
  if (static_cast<Index>(destination.size()) != state_->program.at(v).elements)
    throw Error(fmt::format("[plan] output {} has {} values, but room for {} was given.", i,
                            state_->program.at(v).elements, destination.size()));
  state_->places[static_cast<std::size_t>(v)] = destination.data();
  state_->bindings_checked = false;
}

template <class Scalar>
void Plan<Scalar>::draw(std::uint64_t seed, std::uint64_t step) {
  state_->executor.draw(seed, step);
}

template <class Scalar>
void Plan<Scalar>::hold() {
  state_->run(0, state_->program.hold_steps);
}
template <class Scalar>
void Plan<Scalar>::apply() {
  state_->run(state_->program.hold_steps, state_->program.steps.size());
}
template <class Scalar>
void Plan<Scalar>::run() {
  hold();
  apply();
}

template <class Scalar>
std::span<const Scalar> Plan<Scalar>::output(std::size_t i) const {
  if (i >= state_->program.outputs.size())
    throw Error(
        fmt::format("[plan] there is no output {}; the plan has {}.", i, state_->program.outputs.size()));
  const program::ValueId v = state_->program.outputs[i];
  return {state_->places[static_cast<std::size_t>(v)],
          static_cast<std::size_t>(state_->program.at(v).elements)};
}

template <class Scalar>
Index Plan<Scalar>::cases() const {
  return state_->cases;
}
template <class Scalar>
Index Plan<Scalar>::bytes() const {
  return state_->program.arena * static_cast<Index>(sizeof(Scalar));
}
template <class Scalar>
double Plan<Scalar>::flops() const {
  return state_->program.flops;
}
template <class Scalar>
std::string Plan<Scalar>::print() const {
  return program::print(state_->program, sizeof(Scalar));
}

template class Plan<float>;
template class Plan<double>;

}  // namespace gradus
