#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <memory>

#include "base/threads.h"
#include "optim/first_order/adam.h"
#include "optim/first_order/sgd.h"
#include "optim/vector_math.h"
#include "tools/bench/subjects.h"

namespace gradus::bench {
namespace {

constexpr Index n = 10'000'000;

class NoObjective : public Objective<float> {
 public:
  Index size() const override { return n; }
  float value(View) override { return 0; }
  float gradient(View, Ref) override { return 0; }
};

// A method's rule, once the gradient is there and has been found to be finite.
template <class Method>
Work rule() {
  struct Subject {
    Subject() { method.reset(n); }
    Method method;
    Vector<float> theta = Vector<float>(n, 0.5F), g = Vector<float>(n, 1e-3F);
    Layout layout{n};
    NoObjective objective;
    Evaluations evaluations;
  };
  return [s = std::make_shared<Subject>(), t = Index{0}]() mutable {
    FirstOrder<float>& method = s->method;
    method.update({.t = ++t,
                   .eta = 1e-6,
                   .g = s->g,
                   .theta = s->theta,
                   .layout = s->layout,
                   .objective = s->objective,
                   .evaluations = s->evaluations,
                   .scale = 1,
                   .keep = 1,
                   .box_low = -INFINITY,
                   .box_high = INFINITY});
  };
}

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

Work gradient_norm() {
  return [g = std::make_shared<Vector<float>>(n, 1e-3F)] { benchmark::DoNotOptimize(norm(*g)); };
}

void add(std::string name, const std::function<Work()>& floor, const std::function<Work()>& work,
         double seconds) {
  for (const int threads : {1, 2})
    add_case(fmt::format("update/{}/threads:{}", name, threads), [=](benchmark::State& state) {
      set_threads(threads);
      const std::array<Work, 2> works{floor(), work()};
      for (auto _ : state) {
        const auto timings = interleave(works, seconds);
        report(state, timings[1], timings[0]);
      }
    });
}

}  // namespace

void add_updates(const Settings& settings) {
  add("sgd", loop<0>, rule<Sgd<float>>, settings.seconds);
  add("adam", loop<2>, rule<Adam<float>>, settings.seconds);
  add("the gradient's norm", loop<0>, gradient_norm, settings.seconds);
}

}  // namespace gradus::bench
