#include "tools/report/chart_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "tools/report/curves.h"
#include "tools/report/style.h"

namespace gradus::report {
namespace {

constexpr const char* axis_keys[] = {"epochs", "gradients", "seconds"};

// Five digits are more than a screen shows; null where it is not finite.
Json rounded(double x) {
  if (!std::isfinite(x)) return nullptr;
  return std::strtod(fmt::format("{:.5g}", x).c_str(), nullptr);
}

Json bands(const Curves& curves) {
  Json methods = Json::array();
  for (const auto& method : curves.methods) {
    Json low = Json::array(), median = Json::array(), high = Json::array();
    for (const Spread& s : method) {
      low.push_back(rounded(s.low));
      median.push_back(rounded(s.median));
      high.push_back(rounded(s.high));
    }
    methods.push_back({{"low", low}, {"median", median}, {"high", high}});
  }
  return methods;
}

Json curves_json(const Summary& summary) {
  Json axes = Json::object();
  for (const Axis axis : all_axes) {
    const std::vector<double> positions = shared_positions(summary, axis);
    Json at = Json::array();
    for (const double x : positions) at.push_back(std::strtod(fmt::format("{:.7g}", x).c_str(), nullptr));
    Json& json = axes[axis_keys[static_cast<std::size_t>(axis)]] = {{"name", name(axis)}, {"at", at}};
    for (const Metric metric : all_metrics)
      if (is_known(summary, metric))
        json["curves"][key(metric)] = bands(curves(summary, axis, metric, positions));
  }
  return axes;
}

Json trials_json(const Summary& summary, const std::string& option) {
  Json methods = Json::array();
  for (const MethodSummary& m : summary.methods) {
    Json points = Json::array();
    std::vector<Trial> trials = m.trials;
    std::erase_if(trials, [&](const Trial& t) { return m.sensitivity.option != option || !t.value; });
    std::ranges::sort(trials, {}, [](const Trial& t) { return *t.value; });
    for (const Trial& t : trials) points.push_back({rounded(*t.value), rounded(t.result), t.run->trial});
    methods.push_back({{"points", points}, {"joined", m.plan->space.size() == 1}});
  }
  return {{"option", option}, {"methods", methods}};
}

bool is_log(const Summary& summary, const std::string& option) {
  return std::ranges::all_of(summary.methods, [&](const MethodSummary& m) {
    return m.sensitivity.option != option ||
           std::ranges::all_of(m.trials, [](const Trial& t) { return !t.value || *t.value > 0; });
  });
}

}  // namespace

std::vector<std::string> tuned_options(const Summary& summary) {
  std::map<std::string, std::ptrdiff_t> methods;
  for (const MethodSummary& m : summary.methods)
    if (m.sensitivity.trials > 0) ++methods[m.sensitivity.option];
  std::vector<std::string> options;
  for (const auto& [option, count] : methods) options.push_back(option);
  std::ranges::stable_sort(options, {}, [&](const std::string& option) { return -methods[option]; });
  return options;
}

std::string chart_data(const Summary& summary) {
  const Comparison& c = summary.folder->comparison;
  Json methods = Json::array(), tuning = Json::array();
  for (const MethodSummary& m : summary.methods) {
    const Style style = style_of(m.index);
    methods.push_back({{"name", m.plan->name},
                       {"color", style.color},
                       {"dash", style.dash},
                       {"mark", style.mark},
                       {"lost", m.rank == 0 || !std::isinf(m.result.median) ? ""
                                : m.diverged > 0                            ? "diverges"
                                                                            : "fails"}});
  }
  for (const std::string& option : tuned_options(summary)) {
    tuning.push_back(trials_json(summary, option));
    tuning.back()["logarithmic"] = is_log(summary, option);
  }
  return Json{{"criterion", key(c.criterion)}, {"target", rounded(summary.target)},
              {"budget", c.budget_unit},       {"methods", methods},
              {"axes", curves_json(summary)},  {"tuning", tuning}}
      .dump();
}

}  // namespace gradus::report
