#include "tools/compare/comparison.h"

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/threads.h"
#include "tools/compare/clock.h"
#include "tools/compare/folder.h"
#include "tools/compare/prediction.h"
#include "tools/compare/progress.h"
#include "tools/compare/results.h"

namespace gradus::compare {
namespace {

// Runs the body on so many threads, the caller's among them, and throws the first exception of theirs. They are threads and
// not processes: teams share threads() between their callers, so that a run alone at the end has all processors, and data
// is in memory once.
template <class Body>
void on_threads(int count, Body body) {
  std::exception_ptr first;
  std::mutex mutex;
  const auto guarded = [&] {
    try {
      body();
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!first) first = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < count; ++i) others.emplace_back(guarded);
  guarded();
  for (std::thread& other : others) other.join();
  if (first) std::rethrow_exception(first);
}

struct Task {
  std::size_t method;
  Purpose purpose;
  Index number;
  auto operator<=>(const Task&) const = default;
};

class Runner {
 public:
  Runner(const Comparison& comparison, const Problem& problem, const RunOptions& options)
      : c_(comparison),
        problem_(problem),
        options_(options),
        folder_(options.out, comparison),
        progress_(comparison, options.quiet),
        runs_(comparison.methods.size()),
        predictions_(comparison.methods.size()) {}

  std::string run() {
    folder_.begin();
    read();
    const Index before = done();
    if (before < c_.runs()) {
      check_timing();
      measure();
      if (interrupted()) return "";
      progress_.say(fmt::format("{} of {} runs of {} to do: about {}.", c_.runs() - before, c_.runs(),
                                to_string(c_.budget), duration(time_left())));
      const double start = now();
      on_threads(options_.jobs, [this] { work(); });
      if (interrupted()) return "";
      progress_.say(fmt::format("That took {}.", duration(now() - start)));
    }
    return table(c_, runs_);
  }

 private:
  bool interrupted() const { return options_.interrupted(); }

  Index done() const {
    Index done = c_.runs();
    for (const MethodRuns& runs : runs_) done -= runs.missing();
    return done;
  }

  double time_left() const { return seconds_left(predictions_, runs_) / options_.jobs; }

  // What was finished before. A run of a winner that is none any more, as trials were removed, is missing.
  void read() {
    for (std::size_t m = 0; m < runs_.size(); ++m) {
      auto& [tune, final] = runs_[m];
      for (Index k = 0; k < c_.trials(); ++k) tune.push_back(read({m, Purpose::tune, k}, k));
      final.resize(static_cast<std::size_t>(c_.seeds));
      if (MethodRuns::missing(tune) > 0) continue;
      const Index best = winner(c_.facts, tune);
      for (Index k = 0; k < c_.seeds; ++k)
        final[static_cast<std::size_t>(k)] = read({m, Purpose::final, k}, best);
    }
    for (const MethodRuns& runs : runs_)
      for (const MethodRuns::Runs* some : {&runs.tune, &runs.final})
        for (const auto& run : *some)
          if (run) progress_.known(*run);
  }

  std::optional<Run> read(const Task& task, Index trial) const {
    const Run wanted = planned(task, trial);
    std::optional<Run> run = folder_.read(wanted.method, task.purpose, task.number);
    if (!run || (task.purpose == Purpose::final && run->trial != trial)) return {};
    const auto identity = [](const Run& r) {
      return Json{{"method", r.method},
                  {"purpose", name(r.purpose)},
                  {"trial", r.trial},
                  {"seed", r.seed},
                  {"options", r.options}};
    };
    if (const std::string differs = difference(identity(*run), identity(wanted)); !differs.empty())
      throw Error(fmt::format(
          "[compare] {}/runs/{}-{}-{}.json is of another run: {}. Remove it, and the run will be made again.",
          options_.out.string(), wanted.method, name(task.purpose), task.number, differs));
    return run;
  }

  // How far a run comes in some seconds depends on these.
  void check_timing() const {
    if (c_.budget.unit != Budget::Unit::seconds) return;
    for (const MethodRuns& runs : runs_)
      for (const MethodRuns::Runs* some : {&runs.tune, &runs.final})
        for (const auto& run : *some)
          if (run && (run->jobs != options_.jobs || run->threads != threads()))
            throw Error(
                fmt::format("[compare] the runs in {} had their seconds with --jobs {} and {} threads, not "
                            "{} and {}; go on "
                            "with the same, or name a new folder.",
                            options_.out.string(), run->jobs, run->threads, options_.jobs, threads()));
  }

  // All of a run but its result.
  Run planned(const Task& task, Index trial) const {
    const Comparison::Method& method = c_.methods[task.method];
    return {.method = method.name,
            .purpose = task.purpose,
            .trial = trial,
            .seed = task.purpose == Purpose::tune ? c_.seed
                                                  : c_.seed + 1 + static_cast<std::uint64_t>(task.number),
            .options = method.trials[static_cast<std::size_t>(trial)],
            .result = {},
            .jobs = options_.jobs,
            .threads = threads()};
  }

  Assignment assignment(std::size_t m, Purpose purpose, Index trial, std::uint64_t seed) const {
    const Comparison::Method& method = c_.methods[m];
    return {.method = method.name,
            .options = method.trials[static_cast<std::size_t>(trial)].dump(),
            .seed = seed,
            .budget = c_.budget,
            .batch_size = method.batch_size,
            .curvature_batch_size = method.curvature_batch_size,
            .points = points_of(purpose),
            .test = purpose == Purpose::final,
            .interrupted = options_.interrupted};
  }

  // As many methods at a time as there will be runs.
  void measure() {
    progress_.say("Measuring a few steps of each method …");
    std::atomic<std::size_t> next{0};
    on_threads(options_.jobs, [&] {
      for (std::size_t m; !interrupted() && (m = next++) < runs_.size();)
        if (runs_[m].missing() > 0)
          predictions_[m].measure(problem_, assignment(m, Purpose::tune, c_.trials() / 2, c_.seed));
    });
  }

  void work() {
    try {
      while (const std::optional<Task> task = next_task()) finish(*task, make(*task));
    } catch (...) {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      changed_.notify_all();
      throw;
    }
  }

  // The first that is neither done nor begun; those of fresh seeds wait for all trials of their method.
  std::optional<Task> next_task() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (stopped_ || interrupted()) return {};
      bool waits = false;
      for (std::size_t m = 0; m < runs_.size(); ++m)
        for (const Purpose purpose : {Purpose::tune, Purpose::final}) {
          const auto& runs = runs_[m].of(purpose);
          const bool ready = purpose == Purpose::tune || MethodRuns::missing(runs_[m].tune) == 0;
          for (std::size_t k = 0; k < runs.size(); ++k) {
            const Task task{m, purpose, static_cast<Index>(k)};
            if (runs[k]) continue;
            if (ready && begun_.insert(task).second) return task;
            waits |= !ready;
          }
        }
      if (!waits) return {};
      changed_.wait(lock);
    }
  }

  Run make(const Task& task) {
    Run run = planned(
        task, task.purpose == Purpose::tune ? task.number : winner(c_.facts, runs_[task.method].tune));
    const double start = now();
    try {
      run.result = problem_.run(assignment(task.method, task.purpose, run.trial, run.seed));
    } catch (const Error& error) {
      run.result.outcome = Outcome::failed;
      run.result.reason = error.what();
    }
    run.wall_seconds = now() - start;
    return run;
  }

  void finish(const Task& task, Run run) {
    const bool is_result = run.result.outcome != Outcome::interrupted;
    if (is_result) folder_.write(run, task.number);
    const std::lock_guard lock(mutex_);
    if (is_result) {
      auto& place = runs_[task.method].of(task.purpose)[static_cast<std::size_t>(task.number)];
      place = std::move(run);
      progress_.finished(*place, task.number, done(), time_left());
    }
    changed_.notify_all();
  }

  const Comparison& c_;
  const Problem& problem_;
  const RunOptions& options_;
  Folder folder_;
  Progress progress_;
  std::vector<MethodRuns> runs_;
  std::vector<Prediction> predictions_;
  std::set<Task> begun_;
  bool stopped_ = false;
  std::mutex mutex_;  // of runs_, progress_, begun_, stopped_ while several threads work
  std::condition_variable changed_;
};

}  // namespace

std::string run(const Comparison& comparison, const Problem& problem, const RunOptions& options) {
  return Runner(comparison, problem, options).run();
}

}  // namespace gradus::compare
