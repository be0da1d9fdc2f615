#include "tools/landscape/page.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "landscape/embedded.h"
#include "tools/landscape/contours.h"
#include "tools/landscape/options.h"
#include "tools/pages/page.h"

namespace gradus::landscape {
namespace {

Json all_rounded(const std::vector<double>& numbers, int digits) {
  Json all = Json::array();
  for (const double number : numbers) all.push_back(rounded(number, digits));
  return all;
}

Json lines(const std::vector<Loop>& loops, Index columns, Index rows) {
  constexpr double across = 10000;
  const auto scaled = [](double place, Index nodes) {
    return static_cast<int>(std::lround(across * place / static_cast<double>(nodes - 1)));
  };
  Json all = Json::array();
  for (const Loop& loop : loops) {
    Json line = Json::array();
    for (const Point& p : loop) {
      line.push_back(scaled(p.x, columns));
      line.push_back(scaled(p.y, rows));
    }
    all.push_back(std::move(line));
  }
  return all;
}

// Costs that go up evenly are told by the cost of one step.
Json costs(const std::vector<double>& cost) {
  const double each = cost.size() > 1 ? cost[1] : 1;
  for (std::size_t i = 0; i < cost.size(); ++i)
    if (std::abs(cost[i] - each * static_cast<double>(i)) > 1e-6) return all_rounded(cost, 7);
  return rounded(each, 7);
}

Json to_json(const Path& path, double least) {
  Json x = Json::array(), y = Json::array(), excess = Json::array();
  for (const Point& p : path.points) {
    x.push_back(rounded(p.x, 6));
    y.push_back(rounded(p.y, 6));
  }
  for (const double value : path.values) excess.push_back(rounded(std::max(value - least, 0.0), 4));
  return {{"x", x}, {"y", y}, {"excess", excess}, {"cost", costs(path.cost)}, {"end", path.end}};
}

Json remarks(const Race& race) {
  return {
      fmt::format(
          "Each method makes at most {} steps; it ends sooner where it converges, or where it is more than a "
          "hundred windows away. Where no learning rate was given, it is the one of {} with the least mean "
          "of "
          "log(f − least f) over these steps from the function's own {} starting points, among those that "
          "never leave "
          "the window. Paths outside of the "
          "window are not drawn.",
          race.steps, tried_rates, race.landscape->starts.size()),
      "The cost of a step is counted in gradients: a value of f costs 1/3, a product with its Hessian 2, one "
      "with its "
      "Gauss–Newton matrix 4/3, as in the training of networks.",
      "Keys: space plays and pauses; on the map the arrows choose another start, on the surface they turn "
      "it."};
}

Json to_json(const Point& p) { return {rounded(p.x, 6), rounded(p.y, 6)}; }

}  // namespace

Json rounded(double x, int digits) {
  if (!std::isfinite(x)) return nullptr;
  return std::strtod(fmt::format("{:.{}g}", x, digits).c_str(), nullptr);
}

Json to_json(const Relief& relief) {
  Json heights = Json::array(), levels = Json::array();
  const std::vector<double> all = relief.heights();
  for (const double height : all) heights.push_back(static_cast<int>(std::lround(9999 * height)));
  for (const double level : relief.levels())
    levels.push_back({{"value", rounded(level, 6)},
                      {"height", rounded(relief.height(level), 5)},
                      {"lines", lines(contours(all, relief.columns, relief.rows, relief.height(level)),
                                      relief.columns, relief.rows)}});
  return {{"low", to_json(relief.window.low)},
          {"high", to_json(relief.window.high)},
          {"columns", relief.columns},
          {"rows", relief.rows},
          {"least", relief.least},
          {"top", relief.top},
          {"soft", relief.soft},
          {"heights", heights},
          {"contours", levels}};
}

Json to_json(const Race& race) {
  Json minima = Json::array(), starts = Json::array(), methods = Json::array();
  for (const auto& [at, value] : race.landscape->minima)
    minima.push_back({{"x", rounded(at.x, 6)}, {"y", rounded(at.y, 6)}, {"value", rounded(value, 6)}});
  for (const Point& start : race.starts) starts.push_back(to_json(start));
  for (const Runner& runner : race.runners) {
    Json paths = Json::array();
    for (const Path& path : runner.paths) paths.push_back(to_json(path, race.relief.least));
    methods.push_back({{"name", runner.method},
                       {"summary", runner.summary},
                       {"options", runner.options},
                       {"origin", runner.origin},
                       {"paths", paths}});
  }
  return {{"kind", "race"},
          {"title", race.landscape->title},
          {"formula", race.landscape->formula},
          {"note", race.landscape->note},
          {"relief", to_json(race.relief)},
          {"minima", minima},
          {"starts", starts},
          {"methods", methods},
          {"left_out", race.left_out},
          {"remarks", remarks(race)},
          {"steps", race.steps}};
}

Json to_json(const NetworkLandscape& n) {
  Json marks = Json::array();
  marks.push_back({{"x", 0}, {"label", "θ₀"}});
  if (n.between) marks.push_back({{"x", 1}, {"label", "θ₁"}});
  return {{"kind", "network"},
          {"title", "The loss of a network"},
          {"formula", n.between ? "L((1 − α) θ₀ + α θ₁) and L(θ₀ + x δ + y η)" : "L(θ₀ + x δ + y η)"},
          {"note", n.heading},
          {"relief", to_json(n.plane)},
          {"minima", {{{"x", 0}, {"y", 0}, {"value", nullptr}}}},
          {"map_caption", "Training loss over a plane around the network θ₀ (★)."},
          {"chart_caption", n.between ? "Along the line from one network to the other, by α."
                                      : "Along the plane's first direction, by x."},
          {"line",
           {{"alpha", all_rounded(n.alpha, 6)},
            {"training", all_rounded(n.training, 5)},
            {"test", all_rounded(n.test, 5)},
            {"marks", marks}}},
          {"remarks",
           {"δ and η are random directions, normalised by filter (Li et al. 2018): the weights that come "
            "into a unit have "
            "in δ the length that they have in θ₀; biases stay as they are.",
            "Losses are means over the cases, without dropout and penalty. Contours are evenly spaced in the "
            "logarithm.",
            "Keys: on the surface the arrows turn it."}}};
}

std::string page(const std::string& title, const Json& data) {
  std::string script;
  for (const std::string_view part : {scale_js, relief_js, map_js, surface_js, chart_js, landscape_js})
    script += part;
  return pages::fill(landscape_html, {{"head", pages::head(title, landscape_css)},
                                      {"data", pages::for_script(data.dump())},
                                      {"script", script}});
}

}  // namespace gradus::landscape
