#include "tools/compare/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::compare {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

// Without those that are not known; NaN where none is.
double median(std::vector<double> values) {
  std::erase_if(values, [](double x) { return std::isnan(x); });
  if (values.empty()) return unknown;
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

template <class Value>
double median_of(const MethodRuns::Runs& runs, Value value) {
  std::vector<double> values;
  for (const auto& run : runs) values.push_back(value(*run));
  return median(values);
}

struct Row {
  double median;
  std::string text;
};

Row row_of(const Facts& facts, const std::string& method, const MethodRuns::Runs& runs, const Json& fixed) {
  std::vector<double> losses;
  Index bad = 0;
  for (const auto& run : runs) {
    const double loss = criterion(facts, *run);
    losses.push_back(std::isnan(loss) ? infinite : loss);  // worse than all others
    bad += std::isnan(loss);
  }
  const auto [least, most] = std::ranges::minmax(losses);
  const auto shown = [](double x) { return std::isinf(x) ? std::string("–") : fmt::format("{:.4g}", x); };
  Row row{median(losses), {}};
  row.text = fmt::format("{:20} {:>10} {:>10} {:>10}", method, shown(row.median), shown(least), shown(most));
  if (facts.kind == Facts::Kind::network) {
    const double accuracy = median_of(runs, [](const Run& run) { return run.result.final.test_accuracy; });
    row.text += std::isnan(accuracy) ? fmt::format("{:>10}", "–") : fmt::format("{:>8.2f} %", 100 * accuracy);
  }
  row.text +=
      fmt::format("{:>11.4g} {:>9.3g} ", median_of(runs, [](const Run& run) { return run.result.cost; }),
                  median_of(runs, [](const Run& run) { return run.result.seconds; }));
  const Run& any = *runs.front();
  for (const auto& [option, value] : any.options.items())
    if (!fixed.contains(option) || fixed[option] != value)
      row.text += fmt::format(" {} {}", option, value.dump());
  if (bad > 0) row.text += fmt::format("; {} of {} did not end well", bad, runs.size());
  return row;
}

}  // namespace

Index MethodRuns::missing(const Runs& runs) {
  return std::ranges::count(runs, false, &std::optional<Run>::has_value);
}

double criterion(const Facts& facts, const Run& run) {
  if (run.result.outcome != Outcome::ok) return unknown;
  const FinalValues& f = run.result.final;
  return facts.criterion == "validation_loss" ? f.validation_loss : f.training_loss;
}

Index winner(const Facts& facts, const MethodRuns::Runs& trials) {
  const auto better = [&facts](const std::optional<Run>& a, const std::optional<Run>& b) {
    const double x = criterion(facts, *a), y = criterion(facts, *b);
    if (std::isnan(x) && std::isnan(y)) return a->result.steps > b->result.steps;
    return std::isnan(y) ? !std::isnan(x) : x < y;
  };
  return std::ranges::min_element(trials, better) - trials.begin();
}

std::string table(const Comparison& c, const std::vector<MethodRuns>& methods) {
  std::vector<Row> rows;
  for (std::size_t m = 0; m < methods.size(); ++m)
    rows.push_back(row_of(c.facts, c.methods[m].name, methods[m].final, c.methods[m].space.fixed));
  std::ranges::stable_sort(rows, {}, &Row::median);

  const bool validation = c.facts.criterion == "validation_loss";
  std::string text = fmt::format(
      "{}: {} after {} of each method, over {} {}\n\n   {:20} {:>10} {:>10} {:>10}{} {:>10} {:>9}  tuned\n",
      c.facts.name, validation ? "validation loss" : "training loss", to_string(c.budget), c.seeds,
      c.seeds == 1 ? "seed" : "seeds", "method", "median", "least", "most",
      c.facts.kind == Facts::Kind::network ? "  accuracy" : "", "gradients", "seconds");
  for (std::size_t i = 0; i < rows.size(); ++i) text += fmt::format("{:2} {}\n", i + 1, rows[i].text);
  return text;
}

}  // namespace gradus::compare
