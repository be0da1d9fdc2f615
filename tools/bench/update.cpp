#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "base/threads.h"
#include "optim/first_order/first_order.h"
#include "optim/registry.h"
#include "optim/vector_math.h"
#include "tools/bench/floor.h"
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
                    .evaluations = evaluations});
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

// Whether a method is a rule that changes θ by the gradient, or a wrapper of one, rather than a search.
bool is_rule(const std::string& name) {
  const auto method = make_optimizer<float>(name);
  return dynamic_cast<FirstOrder<float>*>(method.get()) != nullptr || name == "lookahead" ||
         name == "averaged";
}

// How many vectors of θ's size a method cannot but read besides, before or after the pass that moves θ, or write instead.
// Of wrappers the whole step is measured, with the gradient's norm.
int further_reads(const std::string& name) {
  static const std::map<std::string, int> reads{
      {"lars", 2},       // ‖w‖ and ‖g‖ come first
      {"lamb", 3},       // r is written and read; ‖w‖
      {"adafactor", 3},  // g for R and C, g again for RMS(U), θ for RMS(X)
      {"prodigy", 3},  // ⟨g, θ₀ − θ⟩ of three vectors, ‖s‖₁ of one, but θ₀ is not written
      {"adahessian", 4},         // z is written and read; Hz is found to be finite and read
      {"schedule-free-sgd", 1},  // y
      {"schedule-free-adamw", 1},
      {"lookahead", 1},
      {"averaged", 2},  // the inner method's θ is read again
  };
  const auto found = reads.find(name);
  return found == reads.end() ? 0 : found->second;
}

float squares(Index count, const float* x) {
  constexpr Index lanes = 64;
  std::array<float, lanes> sums{};
  for (Index i = 0; i + lanes <= count; i += lanes)
    for (Index j = 0; j < lanes; ++j) sums[static_cast<std::size_t>(j)] += x[i + j] * x[i + j];
  return std::accumulate(sums.begin(), sums.end(), 0.F);
}

// What a hand-written loop needs for the same bytes: g read, θ and so many vectors of state read and written; then so many
// vectors read.
template <std::size_t states>
Work loop(int reads) {
  struct Vectors {
    Vector<float> theta = Vector<float>(n, 0.5F), g = Vector<float>(n, 1e-3F);
    std::array<Vector<float>, states> state;
    Vectors() { state.fill(Vector<float>(n, 0.1F)); }
  };
  return [v = std::make_shared<Vectors>(), reads] {
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
      for (int k = 0; k < reads; ++k)
        benchmark::DoNotOptimize(squares(end - begin, (k % 2 == 0 ? theta : g) + begin));
    });
  };
}

constexpr std::array<Work (*)(int), 6> loops{loop<0>, loop<1>, loop<2>, loop<3>, loop<4>, loop<5>};

// Of Muon the matrix products, three in each of five iterations for each matrix, beside which its vectors are nothing.
Work products(int threads) {
  constexpr std::array<Index, 3> layers{side, side, side};
  constexpr Index products_of_gradient = 5, needed = 3 * 5 * matrices;
  return [=, gradient = floor_of(Derivative::gradient, layers, side)] {
    set_blas_threads(threads);
    for (Index i = 0; i < needed / products_of_gradient; ++i) gradient();
  };
}

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
    for (const std::string& name : method_names()) {
      if (!is_rule(name)) continue;
      add_case(fmt::format("update/{}/threads:{}", name, threads), [=](benchmark::State& state) {
        set_threads(threads);
        const auto subject = std::make_shared<Subject>(name);
        CountVectors vectors;
        subject->method->visit(vectors);
        measure(
            state,
            name == "muon" ? products(threads)
                           : loops.at(static_cast<std::size_t>(vectors.count))(further_reads(name)),
            [subject] { subject->update(); }, settings.seconds);
      });
    }
    add_case(fmt::format("update/gradient's norm/threads:{}", threads), [=](benchmark::State& state) {
      set_threads(threads);
      const auto g = std::make_shared<Vector<float>>(n, 1e-3F);
      measure(
          state, loop<0>(0), [g] { benchmark::DoNotOptimize(norm(*g)); }, settings.seconds);
    });
  }
}

}  // namespace gradus::bench
