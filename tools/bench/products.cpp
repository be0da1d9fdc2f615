#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>

#include "base/threads.h"
#include "tools/bench/floor.h"
#include "tools/bench/problem.h"
#include "tools/bench/subjects.h"

namespace gradus::bench {
namespace {

// A product with the curvature at a fixed θ against its own matrix products, and against a gradient.
void measure(benchmark::State& state, Derivative derivative, std::string_view name, Index batch, int threads,
             double seconds) {
  set_threads(threads);
  set_blas_threads(threads);
  Problem problem(name, batch);
  Vector<float> g(problem.theta.size()), product(problem.theta.size());
  Curvature<float>& curvature = derivative == Derivative::hessian
                                    ? problem.objective.hessian(problem.theta)
                                    : problem.objective.gauss_newton(problem.theta);
  const std::array<Work, 3> works{
      floor_of(derivative, layers(name), batch),
      [&] { curvature.apply(problem.theta, product); },
      [&] { problem.objective.gradient(problem.theta, g); },
  };
  for (auto _ : state) {
    const auto timings = interleave(works, seconds);
    report(state, timings[1], timings[0]);
    state.counters["in_gradients"] = timings[1].quickest / timings[2].quickest;
  }
}

}  // namespace

void add_products(const Settings& settings) {
  const auto add = [&](Derivative derivative, std::string_view text, std::string_view name, Index batch) {
    for (const int threads : {1, 2})
      add_case(fmt::format("{}/{}/{}/threads:{}", text, name, batch, threads), [=](benchmark::State& state) {
        measure(state, derivative, name, batch, threads, settings.seconds);
      });
  };
  add(Derivative::gauss_newton, "gauss-newton", "N2", 512);
  add(Derivative::gauss_newton, "gauss-newton", "N4", 2048);
  add(Derivative::hessian, "hessian", "N2", 512);
  add(Derivative::hessian, "hessian", "N4", 2048);
}

}  // namespace gradus::bench
