#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <memory>

#include "base/threads.h"
#include "optim/quasi_newton/two_loop.h"
#include "tools/bench/subjects.h"

namespace gradus::bench {
namespace {

constexpr Index n = 10'000'000, m = 10;

struct Subject {
  Subject() {
    recursion.reset(n, m);
    for (Index i = 0; i < 2 * m; ++i) take_pair();
  }
  // One pair more, whose inner products the next direction has to take.
  void take_pair() {
    ++pairs;
    recursion.next_s()[static_cast<std::size_t>(pairs)] = 1;
    recursion.next_y()[static_cast<std::size_t>(pairs)] = 1;
    recursion.push(1, 1);
  }
  void direction() {
    take_pair();
    recursion.direction(g, d);
  }

  TwoLoopRecursion<float> recursion;
  Vector<float> g = Vector<float>(n, 1e-3F), d = Vector<float>(n, 0);
  Index pairs = 0;
};

// The textbook's loops go through 2m vectors twice: as much is read, as quickly as the memory gives it.
Work read() {
  const auto block = std::make_shared<Vector<float>>(2 * m * n, 1e-3F);
  return [block] {
    std::atomic<float> total = 0;
    for (int pass = 0; pass < 2; ++pass)
      parallel_for(std::ssize(*block), 4096, [&](Index begin, Index end) {
        constexpr std::size_t lanes = 64;
        std::array<float, lanes> sums{};
        const float* const x = block->data();
        for (Index i = begin; i + static_cast<Index>(lanes) <= end; i += static_cast<Index>(lanes))
          for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += x[i + static_cast<Index>(lane)];
        float sum = 0;
        for (const float s : sums) sum += s;
        total = total + sum;
      });
    benchmark::DoNotOptimize(total.load());
  };
}

}  // namespace

void add_direction(const Settings& settings) {
  for (const int threads : {1, 2})
    add_case(fmt::format("direction/lbfgs/threads:{}", threads), [=](benchmark::State& state) {
      set_threads(threads);
      const auto subject = std::make_shared<Subject>();
      const std::array<Work, 2> works{read(), [subject] { subject->direction(); }};
      for (auto _ : state) {
        const auto timings = interleave(works, settings.seconds);
        report(state, timings[1], timings[0]);
      }
    });
}

}  // namespace gradus::bench
