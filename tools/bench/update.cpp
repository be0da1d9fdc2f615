#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "base/threads.h"
#include "optim/first_order/first_order.h"
#include "optim/registry.h"
#include "optim/vector_math.h"
#include "tools/bench/subjects.h"

namespace gradus::bench {
namespace {

// Ten million parameters, as ten matrices.
constexpr Index side = 1000, matrices = 10, n = matrices * side * side;

Layout layout() {
  std::vector<Layout::Block> blocks;
  for (Index i = 0; i < matrices; ++i) blocks.push_back({std::to_string(i), i * side * side, side, side});
  return Layout(std::move(blocks));
}

// Its derivatives cost nothing: the gradient is there already.
class Given : public Objective<float>, Curvature<float> {
 public:
  Index size() const override { return n; }
  Layout layout() const override { return bench::layout(); }
  float value(std::span<const float>) override { return 1; }
  float gradient(std::span<const float>, std::span<float> out) override {
    if (out[0] == 0) std::ranges::fill(out, 1e-3F);
    return 1;
  }
  Curvature<float>& hessian(std::span<const float>) override { return *this; }

 private:
  void apply(std::span<const float>, std::span<float>) override {}
};

// How many vectors of θ's size a method keeps.
class CountVectors : public StateVisitor {
 public:
  void integer(std::string_view, std::int64_t&) override {}
  void scalar(std::string_view, double&) override {}
  void vector(std::string_view, std::span<float> x) override { count += std::ssize(x) == n; }
  void vector(std::string_view, std::span<double> x) override { count += std::ssize(x) == n; }
  int count = 0;
};

struct Subject {
  explicit Subject(std::string_view name) : method(make_optimizer<float>(name)) { method->reset(layout); }

  // The rule alone, once the gradient is there and has been found to be finite; of a wrapper the whole step.
  void update() {
    if (auto* const rule = dynamic_cast<FirstOrder<float>*>(method.get()))
      rule->update({.t = ++t,
                    .eta = 1e-6,
                    .g = g,
                    .theta = theta,
                    .layout = layout,
                    .objective = objective,
                    .evaluations = evaluations,
                    .scale = 1,
                    .decay = 0,
                    .box_low = -INFINITY,
                    .box_high = INFINITY});
    else
      method->step(objective, theta);
  }

  Given objective;
  Layout layout = bench::layout();
  std::unique_ptr<Optimizer<float>> method;
  Vector<float> theta = Vector<float>(n, 0.5F), g = Vector<float>(n, 1e-3F);
  Evaluations evaluations;
  Index t = 0;
};

// What a hand-written loop needs for the same bytes: g read, θ and so many vectors of state read and written.
template <std::size_t states>
Work loop() {
  struct Vectors {
    Vector<float> theta = Vector<float>(n, 0.5F), g = Vector<float>(n, 1e-3F);
    std::array<Vector<float>, states> state;
    Vectors() { state.fill(Vector<float>(n, 0.1F)); }
  };
  return [v = std::make_shared<Vectors>()] {
    parallel_for(n, 16, [&](Index begin, Index end) {
      float* const theta = v->theta.data();
      const float* const g = v->g.data();
      std::array<float*, states> state;
      for (std::size_t k = 0; k < states; ++k) state[k] = v->state[k].data();
#pragma GCC ivdep
      for (Index i = begin; i < end; ++i) {
        float sum = g[i];
        for (std::size_t k = 0; k < states; ++k) sum += state[k][i] = 0.9F * state[k][i] + 0.1F * g[i];
        theta[i] -= 1e-6F * sum;
      }
    });
  };
}

constexpr std::array<Work (*)(), 6> loops{loop<0>, loop<1>, loop<2>, loop<3>, loop<4>, loop<5>};

void measure(benchmark::State& state, const Work& floor, const Work& work, double seconds) {
  const std::array<Work, 2> works{floor, work};
  for (auto _ : state) {
    const auto timings = interleave(works, seconds);
    report(state, timings[1], timings[0]);
  }
}

}  // namespace

void add_updates(const Settings& settings) {
  for (const int threads : {1, 2}) {
    for (const std::string& name : method_names())
      add_case(fmt::format("update/{}/threads:{}", name, threads), [=](benchmark::State& state) {
        set_threads(threads);
        const auto subject = std::make_shared<Subject>(name);
        CountVectors vectors;
        subject->method->visit(vectors);
        measure(
            state, loops.at(static_cast<std::size_t>(vectors.count))(), [subject] { subject->update(); },
            settings.seconds);
      });
    add_case(fmt::format("update/gradient's norm/threads:{}", threads), [=](benchmark::State& state) {
      set_threads(threads);
      const auto g = std::make_shared<Vector<float>>(n, 1e-3F);
      measure(
          state, loop<0>(), [g] { benchmark::DoNotOptimize(norm(*g)); }, settings.seconds);
    });
  }
}

}  // namespace gradus::bench
