#include "tools/report/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/numbers.h"

namespace gradus::report {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string tuned_option(const MethodPlan& plan) {
  const auto is_number = [&](const std::string& option) {
    return std::ranges::any_of(plan.trials,
                               [&](const Json& trial) { return option_value(trial, option).has_value(); });
  };
  std::string first;
  for (const TunedOption& tuned : plan.space) {
    if (!is_number(tuned.option)) continue;
    if (tuned.option == "learning_rate") return tuned.option;
    if (first.empty()) first = tuned.option;
  }
  return first;
}

Sensitivity sensitivity(const std::vector<Trial>& all, std::string option) {
  Sensitivity s;
  s.option = std::move(option);
  std::vector<Trial> trials = all;
  std::erase_if(trials, [](const Trial& trial) { return !trial.value; });
  if (trials.empty()) return s;
  std::ranges::sort(trials, {}, [](const Trial& trial) { return *trial.value; });
  s.trials = trials.size();
  s.diverged = static_cast<std::size_t>(
      std::ranges::count(trials, RunStatus::diverged, [](const Trial& trial) { return trial.run->status; }));
  const auto best = std::ranges::min_element(trials, {}, &Trial::result);
  if (!std::isfinite(best->result)) return s;
  s.best = *best->value;
  const auto is_useful = [&](const Trial& trial) {
    return trial.result <= best->result + useful_within * std::abs(best->result);
  };
  s.useful = static_cast<std::size_t>(std::ranges::count_if(trials, is_useful));
  auto first = best, last = best;
  while (first != trials.begin() && is_useful(*(first - 1))) --first;
  while (last + 1 != trials.end() && is_useful(*(last + 1))) ++last;
  s.low = *first->value;
  s.high = *last->value;
  return s;
}

template <class Get>
std::vector<double> of_each(const std::vector<const Run*>& runs, Get get) {
  std::vector<double> values;
  for (const Run* run : runs) values.push_back(get(*run));
  return values;
}

// Where final runs are of several trials, as tuning was taken up again in between: those of the best one.
void keep_finals_of_winner(MethodSummary& m) {
  if (m.finals.empty() || m.trials.empty()) return;
  const auto is_of = [](Index trial) { return [trial](const Run* run) { return run->trial == trial; }; };
  if (std::ranges::all_of(m.finals, is_of(m.finals.front()->trial))) return;
  const Index best = std::ranges::min_element(m.trials, {}, &Trial::result)->run->trial;
  if (std::ranges::none_of(m.finals, is_of(best))) return;
  m.outdated =
      static_cast<std::size_t>(std::erase_if(m.finals, [&](const Run* run) { return run->trial != best; }));
}

MethodSummary summary_of(const Folder& folder, std::size_t index) {
  const Comparison& c = folder.comparison;
  MethodSummary m;
  m.plan = &c.methods[index];
  m.index = index;
  const std::string option = tuned_option(*m.plan);
  for (const Run& run : folder.runs) {
    if (run.method != m.plan->name) continue;
    if (run.is_final)
      m.finals.push_back(&run);
    else
      m.trials.push_back({&run, option_value(run.options, option), result_of(run, c.criterion)});
  }
  keep_finals_of_winner(m);
  for (const Run* run : m.finals)
    ++(run->status == RunStatus::ok ? m.ok : run->status == RunStatus::diverged ? m.diverged : m.failed);
  m.results = of_each(m.finals, [&](const Run& run) { return result_of(run, c.criterion); });
  m.sensitivity = sensitivity(m.trials, option);
  return m;
}

void fill(MethodSummary& m, const Summary& summary) {
  const auto spread_of = [&](auto get) { return spread(of_each(m.finals, get), summary.quartiles); };
  const auto end = [](Axis axis) {
    return [axis](const Run& run) {
      return run.curve.empty() ? unknown : run.curve.back().at[static_cast<std::size_t>(axis)];
    };
  };
  m.result = spread(m.results, summary.quartiles);
  m.validation_accuracy = spread_of(
      [](const Run& run) { return run.final_values[static_cast<std::size_t>(Metric::validation_accuracy)]; });
  m.test_accuracy = spread_of([](const Run& run) { return run.test_accuracy; });
  m.squared_error = spread_of([](const Run& run) { return run.squared_error; });
  m.steps = spread_of([](const Run& run) { return static_cast<double>(run.steps); });
  m.seconds = spread_of(end(Axis::seconds));
  m.gradients = spread_of(end(Axis::gradients));
}

// Ranks by the median; where it is infinite, fewer runs without a result are better.
void rank(std::vector<MethodSummary>& methods) {
  const auto place = [](const MethodSummary& m) {
    const double median = m.result.median;
    return std::tuple(m.finals.empty(), std::isnan(median), std::isnan(median) ? 0 : median,
                      std::isfinite(median) ? 0 : m.diverged + m.failed);
  };
  std::ranges::stable_sort(methods, {}, place);
  for (std::size_t i = 0; i < methods.size() && !methods[i].finals.empty(); ++i)
    methods[i].rank = i > 0 && place(methods[i]) == place(methods[i - 1]) ? methods[i - 1].rank : i + 1;
}

// The upper one of two in the middle.
double middle(std::vector<double> values) {
  std::erase_if(values, [](double x) { return !std::isfinite(x); });
  if (values.empty()) return unknown;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Where the middle method's curves end, on the middle seed: at least half of the methods reach it.
double middle_end(const std::vector<MethodSummary>& methods, Metric criterion) {
  std::vector<double> ends;
  for (const MethodSummary& m : methods) {
    std::vector<const Run*> ok = m.finals;
    std::erase_if(ok, [](const Run* run) { return run->status != RunStatus::ok || run->curve.empty(); });
    ends.push_back(middle(of_each(ok, [criterion](const Run& run) {
      return run.curve.back().values[static_cast<std::size_t>(criterion)];
    })));
  }
  return middle(std::move(ends));
}

void reach_target(MethodSummary& m, const Summary& summary) {
  const Metric criterion = summary.folder->comparison.criterion;
  for (const Axis axis : all_axes) {
    const auto when = of_each(
        m.finals, [&](const Run& run) { return first_reaching(run, axis, criterion, summary.target); });
    m.to_target[static_cast<std::size_t>(axis)] = quantile(when, 0.5);
    m.reached =
        static_cast<std::size_t>(std::ranges::count_if(when, [](double x) { return std::isfinite(x); }));
  }
}

std::vector<std::string> what_is_missing(const Summary& summary) {
  const Comparison& c = summary.folder->comparison;
  std::vector<std::string> missing;
  for (const MethodSummary& m : summary.methods) {
    const std::size_t trials = m.plan->trials.size(), seeds = static_cast<std::size_t>(c.seeds);
    std::string what;
    if (m.trials.size() < trials) what = fmt::format("{} of {} runs of tuning", m.trials.size(), trials);
    if (m.finals.size() < seeds)
      what += fmt::format("{}{} of {} final runs", what.empty() ? "" : " and ", m.finals.size(), seeds);
    if (m.outdated > 0)
      missing.push_back(fmt::format("Of {}, {} of options that are no longer the best {} left out.",
                                    m.plan->name, counted(m.outdated, "final run"),
                                    m.outdated == 1 ? "is" : "are"));
    if (!what.empty()) missing.push_back(fmt::format("{} has {}.", m.plan->name, what));
  }
  return missing;
}

}  // namespace

double result_of(const Run& run, Metric criterion) {
  const auto m = static_cast<std::size_t>(criterion);
  if (run.status == RunStatus::diverged) return infinity;
  if (!std::isnan(run.final_values[m])) return run.final_values[m];
  const double last = run.curve.empty() ? unknown : run.curve.back().values[m];
  return std::isnan(last) ? infinity : last;
}

Summary summarise(const Folder& folder) {
  Summary summary;
  summary.folder = &folder;
  std::size_t most = 0;
  for (std::size_t i = 0; i < folder.comparison.methods.size(); ++i) {
    summary.methods.push_back(summary_of(folder, i));
    most = std::max(most, summary.methods.back().finals.size());
    summary.runs_expected +=
        folder.comparison.methods[i].trials.size() + static_cast<std::size_t>(folder.comparison.seeds);
  }
  summary.quartiles = most >= quartiles_from;
  for (MethodSummary& m : summary.methods) fill(m, summary);
  rank(summary.methods);
  summary.target_given = folder.comparison.target.has_value();
  summary.target =
      folder.comparison.target.value_or(middle_end(summary.methods, folder.comparison.criterion));
  for (MethodSummary& m : summary.methods) reach_target(m, summary);
  summary.missing = what_is_missing(summary);
  return summary;
}

const char* name(Metric metric) {
  constexpr const char* names[] = {"validation loss", "training loss", "validation accuracy",
                                   "training accuracy"};
  return names[static_cast<std::size_t>(metric)];
}

const char* key(Metric metric) {
  constexpr const char* keys[] = {"validation_loss", "training_loss", "validation_accuracy",
                                  "training_accuracy"};
  return keys[static_cast<std::size_t>(metric)];
}

const char* name(Axis axis) {
  constexpr const char* names[] = {"epochs", "gradient equivalents", "seconds"};
  return names[static_cast<std::size_t>(axis)];
}

}  // namespace gradus::report
