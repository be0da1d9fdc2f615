#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>

#include "base/error.h"
#include "optim/first_order/sgd.h"
#include "tests/support/count_allocations.h"
#include "tools/bench/problem.h"
#include "tools/bench/subjects.h"

extern char** environ;

namespace gradus::bench {
namespace {

// Runs this program with one argument.
void run_program(const char* argument) {
  std::array<char*, 3> arguments{const_cast<char*>("gradus-bench"), const_cast<char*>(argument), nullptr};
  pid_t child = 0;
  int status = 0;
  if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) != 0 ||
      waitpid(child, &status, 0) != child || status != 0)
    throw Error(fmt::format("[bench] cannot run this program with {}.", argument));
}

// From a process's start through its first step to its end, against one that only loads the same libraries.
void first_step(benchmark::State& state, double seconds) {
  const std::array<Work, 2> works{[] { run_program("--nothing"); }, [] { run_program("--first-step"); }};
  for (auto _ : state) {
    const auto timings = interleave(works, seconds);
    report(state, timings[1], timings[0]);
  }
}

// How often a step allocates, after the first.
void count_allocations(benchmark::State& state, std::string_view name) {
  Problem problem(name, 128);
  Sgd<float> sgd;
  sgd.reset(std::ssize(problem.theta));
  sgd.step(problem.objective, problem.theta);
  constexpr int steps = 20;
  for (auto _ : state) {
    const auto before = test::allocations();
    const double begin = now();
    for (int i = 0; i < steps; ++i) sgd.step(problem.objective, problem.theta);
    state.SetIterationTime((now() - begin) / steps);
    state.counters["allocations"] = static_cast<double>(test::allocations() - before) / steps;
  }
}

}  // namespace

void take_first_step() {
  Problem problem("N2", 128);
  Sgd<float> sgd;
  sgd.reset(std::ssize(problem.theta));
  sgd.step(problem.objective, problem.theta);
}

void add_start(const Settings& settings) {
  add_case("start/N2/128", [=](benchmark::State& state) { first_step(state, settings.seconds); });
  for (const std::string_view name : {"N2", "N4"})
    add_case(fmt::format("allocations/SGD/{}", name),
             [=](benchmark::State& state) { count_allocations(state, name); });
}

}  // namespace gradus::bench
