#include "tools/landscape/race.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/nearest.h"
#include "optim/registry.h"
#include "tools/landscape/options.h"

namespace gradus::landscape {
namespace {

using Json = nlohmann::ordered_json;

Json options_by_method(const RaceOptions& o) {
  Json all = Json::parse(o.options, nullptr, false);
  if (!all.is_object())
    throw Error(
        fmt::format("[landscape] --options takes a JSON object of the methods' options, as in '{{\"adam\": "
                    "{{\"beta1\": 0.8}}}}', "
                    "not {}.",
                    o.options));
  const std::vector<std::string_view> methods(o.methods.begin(), o.methods.end());
  for (const auto& [method, of] : all.items()) find_name("method among --optimizers", method, methods);
  return all;
}

void check(const RaceOptions& o, const Landscape& landscape) {
  if (o.methods.empty()) throw Error("[landscape] --optimizers names no method; name one, such as adam.");
  for (const std::string& method : o.methods) {
    find_method(method);
    if (std::ranges::count(o.methods, method) > 1)
      throw Error(fmt::format("[landscape] --optimizers names {} more than once; name it once.", method));
  }
  if (o.steps < 1) throw Error(fmt::format("[landscape] --steps must be at least 1, not {}.", o.steps));
  if (o.start && !Window{landscape.low, landscape.high}.contains(*o.start))
    throw Error(fmt::format("[landscape] --start {},{} is outside of the window of {}, from {},{} to {},{}.",
                            o.start->x, o.start->y, landscape.name, landscape.low.x, landscape.low.y,
                            landscape.high.x, landscape.high.y));
}

// Places in the window's cells, the cells about as wide as high.
std::vector<Point> starts(const RaceOptions& o, const Landscape& landscape) {
  constexpr double cells = 30;
  std::vector<Point> all = landscape.starts;
  if (o.start) all.insert(all.begin(), *o.start);
  const Window window{landscape.low, landscape.high};
  const auto columns = static_cast<Index>(std::round(std::sqrt(cells * window.width() / window.height())));
  const auto rows = static_cast<Index>(std::round(cells / static_cast<double>(columns)));
  for (Index row = 0; row < rows; ++row)
    for (Index column = 0; column < columns; ++column) {
      const auto at = [](Index i, Index n) {
        return (static_cast<double>(i) + 0.5) / static_cast<double>(n);
      };
      all.push_back({std::lerp(window.low.x, window.high.x, at(column, columns)),
                     std::lerp(window.low.y, window.high.y, at(row, rows))});
    }
  return all;
}

Relief relief_of(const Landscape& landscape, Objective<double>& f) {
  constexpr double nodes = 161;
  const Window window{landscape.low, landscape.high};
  const double aspect = window.width() / window.height();
  const auto side = [](double length) { return 2 * static_cast<Index>(length / 2) + 1; };
  return make_relief(window, side(nodes * std::sqrt(aspect)), side(nodes / std::sqrt(aspect)),
                     landscape.minima[0].value, [&](const Point& p) {
                       const double theta[] = {p.x, p.y};
                       return f.value(theta);
                     });
}

std::string first_sentence(std::string page) {
  page.resize(std::min({page.size(), page.find(". "), page.find(".\n")}));
  std::ranges::replace(page, '\n', ' ');
  return page + '.';
}

}  // namespace

Race run_race(const RaceOptions& o, const std::function<void(const std::string&)>& progress) {
  const Landscape& landscape = find_landscape(o.function);
  check(o, landscape);
  const Json given = options_by_method(o);
  const auto f = make_landscape(o.function);
  Race race{&landscape, relief_of(landscape, *f), starts(o, landscape), {}, {}, o.steps};
  for (const std::string& method : o.methods) {
    if (progress) progress(method);
    const std::string of_method = given.contains(method) ? given[method].dump() : "{}";
    try {
      const ChosenOptions chosen = choose_options(method, of_method, landscape, o.steps);
      Runner runner{method, first_sentence(find_method(method).page), chosen.json, chosen.origin, {}};
      const auto optimizer = make_optimizer<double>(method, chosen.json);
      for (const Point& start : race.starts)
        runner.paths.push_back(follow(*f, *optimizer, start, race.relief.window, o.steps));
      race.runners.push_back(std::move(runner));
    } catch (const Unsupported& reason) {
      race.left_out.push_back(fmt::format("{} is left out: {}", method, reason.what()));
    }
  }
  if (race.runners.empty())
    throw Error(fmt::format("[landscape] no method is left. {}", fmt::join(race.left_out, " ")));
  return race;
}

}  // namespace gradus::landscape
