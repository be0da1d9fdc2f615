#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>

#include "base/threads.h"
#include "optim/first_order/adam.h"
#include "optim/first_order/sgd.h"
#include "tools/bench/floor.h"
#include "tools/bench/problem.h"
#include "tools/bench/subjects.h"

namespace gradus::bench {
namespace {

// A gradient alone, with SGD's step, and with Adam's, against the gradient's matrix products.
void measure(benchmark::State& state, std::string_view name, Index batch, int threads, double seconds) {
  set_threads(threads);
  set_blas_threads(threads);
  Problem problem(name, batch);
  Vector<float> g(problem.theta.size());
  Sgd<float> sgd({.learning_rate = 1e-6});  // θ is to stay where it is
  sgd.reset(problem.objective.layout());
  Adam<float> adam({.learning_rate = 1e-9});
  adam.reset(problem.objective.layout());
  const std::array<Work, 4> works{
      floor_of(Derivative::gradient, layers(name), batch),
      [&] { problem.objective.gradient(problem.theta, g); },
      [&] { sgd.step(problem.objective, problem.theta); },
      [&] { adam.step(problem.objective, problem.theta); },
  };
  for (auto _ : state) {
    const auto timings = interleave(works, seconds);
    report(state, timings[1], timings[0], "gradient_");
    report(state, timings[2], timings[0]);
    report(state, timings[3], timings[0], "adam_");
  }
}

}  // namespace

void add_steps(const Settings& settings) {
  for (const std::string_view name : network_names)
    for (const Index batch : {32, 128, 512, 2048})
      for (const int threads : {1, 2})
        add_case(fmt::format("step/{}/{}/threads:{}", name, batch, threads),
                 [=](benchmark::State& state) { measure(state, name, batch, threads, settings.seconds); });
}

}  // namespace gradus::bench
