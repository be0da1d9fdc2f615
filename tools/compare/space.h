#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/vector.h"
#include "tools/compare/problem.h"

namespace gradus::compare {

using Json = nlohmann::ordered_json;

/// An option that is tuned: numbers of an interval, or one of some values.
struct Dimension {
  enum class Scale { logarithmic, linear, grid };
  std::string option;  ///< "learning_rate"; of an inner method "inner.learning_rate"
  Scale scale = Scale::logarithmic;
  double low = 0, high = 0;
  std::vector<Json> values;  ///< of a grid
};

/// {"option": …, "scale": "log" | "linear", "low": …, "high": …} or {"option": …, "values": […]}. Throws Error, naming
/// `method`.
Dimension dimension_from(const std::string& method, const Json& json);
Json to_json(const Dimension& dimension);

/// What of a method's options is tuned, and which others are not the defaults.
struct Space {
  std::vector<Dimension> dimensions;
  Json fixed = Json::object();
  bool large_batches = false;
  bool part_for_curvature = false;  ///< a part of a large batch is enough for the curvature
};

/// The declared space of a method on problems of a kind (spaces.cpp), or none.
std::optional<Space> declared_space(const std::string& method, Facts::Kind kind);

/// That space; of a method that is not declared its learning rate,
/// from a thirtieth of the default to thirty times. Throws Error for an unknown method, and for one without either.
Space space_of(const std::string& method, Facts::Kind kind);

/// The options of `count` trials, each as the registry takes them: a Latin hypercube (McKay, Beckman & Conover 1979), so
/// that each interval is covered evenly, of uniform numbers drawn for (seed, method and option, trial), rounded to three
/// digits; where all is a grid, points of it, none twice. A value that is drawn for an option that `fixed` has as a schedule
/// is that schedule's rate. Throws Error, naming the method: a grid of fewer points than trials.
std::vector<Json> draw_trials(const std::string& method, const Space& space, std::uint64_t seed, Index count);

}  // namespace gradus::compare
