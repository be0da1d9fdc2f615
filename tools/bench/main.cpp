#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <string_view>

#include "tools/bench/subjects.h"
#include "tools/bench/table.h"

namespace gradus::bench {

void add_case(const std::string& name, std::function<void(benchmark::State&)> run) {
  const auto guarded = [run = std::move(run)](benchmark::State& state) {
    try {
      run(state);
    } catch (const std::exception& e) {
      state.SkipWithError(e.what());
    }
  };
  benchmark::RegisterBenchmark(name.c_str(), guarded)
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

void report(benchmark::State& state, const Timing& work, const Timing& floor, const std::string& prefix) {
  state.SetIterationTime(work.median);
  state.counters["floor_ms"] = 1e3 * floor.median;
  state.counters[prefix + "ms"] = 1e3 * work.median;
  state.counters[prefix + "ratio"] = work.quickest / floor.quickest;
  state.counters[prefix + "typical_ratio"] = work.median / floor.median;
}

namespace {

constexpr const char* usage =
    "gradus-bench [--seconds=S] [--mnist=FOLDER] [--table] [--benchmark_filter=REGEX …]\n"
    "Measures gradus against the least that its work could cost; see docs/results/speed.md.\n"
    "  --seconds=S     of measuring each case, 1 if not given\n"
    "  --mnist=FOLDER  of the four gzip files, for the case that reads them\n"
    "  --table         prints Markdown tables\n"
    "All options of Google Benchmark are understood, too.\n";

int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv, [] { fmt::print("{}", usage); });
  Settings settings;
  bool table = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--seconds="))
      settings.seconds = std::atof(argv[i] + std::string_view("--seconds=").size());
    else if (argument.starts_with("--mnist="))
      settings.mnist = argument.substr(std::string_view("--mnist=").size());
    else if (argument == "--table")
      table = true;
    else
      return fmt::print(stderr, "gradus-bench does not know {}.\n{}", argument, usage), 2;
  }
  add_steps(settings);
  add_products(settings);
  add_updates(settings);
  add_direction(settings);
  add_data(settings);
  add_start(settings);
  MarkdownTable markdown;
  const std::size_t cases =
      table ? benchmark::RunSpecifiedBenchmarks(&markdown) : benchmark::RunSpecifiedBenchmarks();
  return cases > 0 ? 0 : 1;
}

}  // namespace
}  // namespace gradus::bench

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--nothing") return 0;
  if (argc == 2 && std::string_view(argv[1]) == "--first-step") return gradus::bench::take_first_step(), 0;
  return gradus::bench::run(argc, argv);
}
