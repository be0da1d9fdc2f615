#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "base/threads.h"
#include "optim/first_order/sgd.h"
#include "tools/bench/subjects.h"

namespace gradus::bench {
namespace {

constexpr Index n = 10'000'000;

// Its gradient is there already, from the first call on.
class GivenGradient : public Objective<float> {
 public:
  Index size() const override { return n; }
  float value(View) override { return 0; }
  float gradient(View, Ref out) override {
    if (out[0] == 0) std::ranges::fill(out, 1e-3F);
    return 0;
  }
};

// A method's update of many parameters against a loop that reads and writes the same.
void measure(benchmark::State& state, Optimizer<float>& method, const Work& loop, int threads,
             double seconds) {
  set_threads(threads);
  GivenGradient objective;
  Vector<float> theta(n, 0.5F);
  method.reset(n);
  const std::array<Work, 2> works{loop, [&] { method.step(objective, theta); }};
  for (auto _ : state) {
    const auto timings = interleave(works, seconds);
    report(state, timings[1], timings[0]);
  }
}

Work sgd_loop() {
  struct Vectors {
    Vector<float> theta = Vector<float>(n, 0.5F), g = Vector<float>(n, 1e-3F);
  };
  return [v = std::make_shared<Vectors>()] {
    parallel_for(n, 16, [&](Index begin, Index end) {
      float* const __restrict theta = v->theta.data();
      const float* const __restrict g = v->g.data();
      for (Index i = begin; i < end; ++i) theta[i] -= 1e-6F * g[i];
    });
  };
}

}  // namespace

void add_updates(const Settings& settings) {
  for (const int threads : {1, 2})
    add_case(fmt::format("update/SGD/threads:{}", threads), [=](benchmark::State& state) {
      Sgd<float> sgd({.learning_rate = 1e-6});
      measure(state, sgd, sgd_loop(), threads, settings.seconds);
    });
}

}  // namespace gradus::bench
