#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/threads.h"
#include "optim/registry.h"
#include "tools/compare/comparison.h"
#include "tools/gradus/commands.h"
#include "tools/gradus/interrupt.h"

namespace gradus::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string file, out;
  std::optional<std::string> problem, budget;
  std::vector<std::string> optimizers;
  std::optional<Index> seed, seeds, trials;
  std::optional<int> threads;
  int jobs = 1;
  bool quiet = false;
};

compare::Request request_of(const Options& o) {
  compare::Request request;
  const fs::path begun = fs::path(o.out) / "comparison.json";
  if (!o.file.empty())
    read_request(o.file, request);
  else if (!o.problem && o.optimizers.empty() && fs::exists(begun))
    read_request(begun, request);
  if (o.problem) request.problem = *o.problem;
  if (o.budget) request.budget = compare::budget_from(*o.budget);
  if (o.seed && *o.seed < 0)
    throw Error(fmt::format("[compare] --seed must be at least 0, not {}.", *o.seed));
  if (o.seed) request.seed = static_cast<std::uint64_t>(*o.seed);
  request.seeds = o.seeds.value_or(request.seeds);
  request.trials = o.trials.value_or(request.trials);
  if (!o.optimizers.empty()) request.methods.clear();
  for (const std::string& name : o.optimizers) request.methods.push_back({.name = name});
  if (request.problem.empty())
    throw Error(
        "[compare] name a --problem, a --file, or an --out folder that holds a comparison to go on with.");
  return request;
}

int run(const Options& o) {
  if (o.jobs < 1 || o.jobs > 1024)
    throw Error(fmt::format("[compare] --jobs must be at least 1 and at most 1024, not {}.", o.jobs));
  if (o.threads) set_threads(*o.threads);
  const compare::Request request = request_of(o);
  compare::check(request);
  const auto problem = compare::make_problem(request.problem);
  const compare::Comparison comparison = resolve(request, *problem);

  catch_interrupt();
  const auto go_on = [&o] {
    return fs::exists(fs::path(o.out) / "comparison.json")
               ? fmt::format(
                     "The finished runs are in {0}; gradus compare --out {0} goes on with the others.", o.out)
               : "Nothing was written.";
  };
  try {
    const std::string table = compare::run(
        comparison, *problem, {.out = o.out, .jobs = o.jobs, .quiet = o.quiet, .interrupted = [] {
                                 return interrupt_was_caught();
                               }});
    if (table.empty()) {
      fmt::print(stderr, "Interrupted. {}\n", go_on());
      return interrupted;
    }
    fmt::print("{}\ngradus report {} draws it.\n", table, o.out);
    return done;
  } catch (const compare::WriteFailed& error) {
    fmt::print(stderr, "gradus: {}\n{}\n", error.what(), go_on());
    return failed;
  }
}

}  // namespace

void add_compare(CLI::App& program, int& exit_code) {
  const auto o = std::make_shared<Options>();
  CLI::App& command =
      *program.add_subcommand("compare", "Compare optimization methods fairly, each of them tuned");
  command.footer(fmt::format(
      "Each method makes as many trials with options drawn from its search space, all from the same start "
      "with the\n"
      "same data in the same order, and the same budget. The best trial's options are run again on fresh "
      "seeds. Which\n"
      "options were tuned, and all results, are in the folder: comparison.json and a file for each run. A "
      "comparison that\n"
      "was interrupted goes on where it stopped: gradus compare --out DIR.\n\n"
      "On networks, methods with a line search or a curvature take batches of a tenth of the cases; "
      "gauss-newton,\n"
      "levenberg-marquardt and hessian-free take their curvature from a fifth of these. With --jobs, runs "
      "share the\n"
      "processors, and their seconds are those of a busy machine.\n\n"
      "No step is cut short: the last one may go past the budget's end. Where that is more than a tenth of "
      "the "
      "budget, the\n"
      "run's reason says so, and the table marks the method with a *.\n\n"
      "A file for --file holds the same, and more for single methods:\n"
      "  {{\"problem\": \"mnist-mlp\", \"budget\": \"5epochs\", \"seed\": 0, \"seeds\": 5, \"trials\": 12,\n"
      "   \"methods\": [\"sgd\",\n"
      "     {{\"name\": \"adam\", \"fixed\": {{\"beta1\": 0.8}}, \"batch_size\": 64, "
      "\"curvature_batch_size\": 0,\n"
      "      \"space\": [{{\"option\": \"learning_rate\", \"scale\": \"log\", \"low\": 1e-4, \"high\": "
      "1e-2}},\n"
      "                {{\"option\": \"beta2\", \"values\": [0.99, 0.999]}}]}}]}}\n\n"
      "Problems:\n  {}",
      fmt::join(compare::problem_names(), "\n  ")));

  command.add_option("--problem", o->problem, "What is minimised, see below");
  command.add_option("--optimizers", o->optimizers, "The methods; `gradus explain` lists them")
      ->delimiter(',')
      ->type_name("sgd,adam,…");
  command
      .add_option(
          "--budget", o->budget,
          "Of each run: epochs (of a function, steps), gradients (the work of so many gradients of all "
          "cases, of which a Hessian product is worth two), or seconds. If not given: 5epochs")
      ->type_name("5epochs|600gradients|30s");
  command.add_option("--tune", o->trials, "Trials of each method. If not given: 12");
  command.add_option("--seeds", o->seeds, "Fresh seeds for the best trial. If not given: 5");
  command.add_option("--seed", o->seed,
                     "Of the trials; the fresh seeds are those that follow it. If not given: 0");
  command.add_option("--out", o->out, "The folder of the results")->type_name("DIR")->required();
  command
      .add_option("--file", o->file, "Read all this from a file; what stands on the command line counts more")
      ->type_name("FILE.json");
  command.add_option("--threads", o->threads, "Processors to use. If not given: all");
  command
      .add_option(
          "--jobs", o->jobs,
          "Runs at a time, which share the processors. Results are the same, but for budgets in seconds")
      ->capture_default_str();
  command.add_flag("--quiet", o->quiet, "Print the result only");
  command.callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace gradus::cli
