#include "tools/compare/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/random.h"

namespace gradus::compare {
namespace {

double rounded(double x) { return std::stod(fmt::format("{:.2e}", x)); }

std::vector<std::size_t> permutation(std::size_t n, std::uint64_t seed, const std::string& purpose) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(seed, purpose);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

// The value at 0 < u < 1.
Json at(const Dimension& d, double u) {
  switch (d.scale) {
    case Dimension::Scale::logarithmic:
      return rounded(d.low * std::pow(d.high / d.low, u));
    case Dimension::Scale::linear:
      return rounded(d.low + u * (d.high - d.low));
    case Dimension::Scale::grid:
      break;
  }
  return d.values[static_cast<std::size_t>(u * static_cast<double>(d.values.size()))];
}

void set(Json& options, const std::string& option, const Json& value) {
  Json* place = &options;
  std::istringstream parts(option);
  for (std::string part; std::getline(parts, part, '.');) {
    if (!place->is_object() && !place->is_null())
      throw Error(
          fmt::format("[compare] {} cannot be tuned, as what holds it is {}.", option, place->dump()));
    place = &(*place)[part];
  }
  if (place->is_object() && place->contains("schedule"))
    (*place)["rate"] = value;
  else
    *place = value;
}

[[noreturn]] void refuse(const std::string& method, const Json& json) {
  throw Error(fmt::format(
      "[compare] what is tuned of {} is {{\"option\": \"learning_rate\", \"scale\": \"log\", \"low\": 1e-3, "
      "\"high\": 1}}, with log or linear and low < high, or {{\"option\": …, \"values\": [1, 2, 3]}}, not "
      "{}.",
      method, json.dump()));
}

}  // namespace

Dimension dimension_from(const std::string& method, const Json& json) {
  try {
    Dimension d{.option = json.at("option"), .values = {}};
    if (json.contains("values")) {
      d.scale = Dimension::Scale::grid;
      d.values = json.at("values").get<std::vector<Json>>();
      if (d.values.empty() || json.size() != 2) refuse(method, json);
      return d;
    }
    const std::string scale = json.at("scale");
    d.scale = scale == "log" ? Dimension::Scale::logarithmic : Dimension::Scale::linear;
    d.low = json.at("low"), d.high = json.at("high");
    const bool sane = std::isfinite(d.low) && std::isfinite(d.high) && d.low < d.high;
    if ((scale != "log" && scale != "linear") || !sane || (scale == "log" && d.low <= 0) || json.size() != 4)
      refuse(method, json);
    return d;
  } catch (const nlohmann::json::exception&) {
    refuse(method, json);
  }
}

Json to_json(const Dimension& d) {
  if (d.scale == Dimension::Scale::grid) return {{"option", d.option}, {"values", d.values}};
  return {{"option", d.option},
          {"scale", d.scale == Dimension::Scale::linear ? "linear" : "log"},
          {"low", d.low},
          {"high", d.high}};
}

std::vector<Json> draw_trials(const std::string& method, const Space& space, std::uint64_t seed,
                              Index count) {
  const auto n = static_cast<std::size_t>(count);
  std::vector<Json> trials(n, space.fixed);

  const auto is_grid = [](const Dimension& d) { return d.scale == Dimension::Scale::grid; };
  if (std::ranges::all_of(space.dimensions, is_grid)) {
    std::size_t points = 1;
    for (const Dimension& d : space.dimensions) points *= d.values.size();
    if (points < n)
      throw Error(fmt::format(
          "[compare] there are {} trials for each method, but what is tuned of {} has {} {}; give it more "
          "values, or ask for at most as many trials.",
          n, method, points, points == 1 ? "point" : "points"));
    const auto order = permutation(points, seed, "compare " + method);
    for (std::size_t k = 0; k < n; ++k) {
      std::size_t point = order[k];
      for (const Dimension& d : space.dimensions) {
        set(trials[k], d.option, d.values[point % d.values.size()]);
        point /= d.values.size();
      }
    }
    return trials;
  }

  for (const Dimension& d : space.dimensions) {
    const std::string purpose = "compare " + method + " " + d.option;
    const auto strata = permutation(n, seed, purpose + " order");
    for (std::size_t k = 0; k < n; ++k) {
      const double u = Random(seed, purpose, k).uniform();
      set(trials[k], d.option, at(d, (static_cast<double>(strata[k]) + u) / static_cast<double>(n)));
    }
  }
  return trials;
}

}  // namespace gradus::compare
