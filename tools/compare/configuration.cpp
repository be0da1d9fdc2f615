#include "tools/compare/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <set>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/nearest.h"
#include "optim/registry.h"
#include "tools/compare/machine.h"

namespace gradus::compare {
namespace {

using namespace std::string_view_literals;

// Fields of a comparison.json that are results of the others are allowed, and not read.
constexpr std::array request_fields{"problem"sv, "methods"sv, "budget"sv, "seed"sv,    "seeds"sv,
                                    "trials"sv,  "format"sv,  "gradus"sv, "machine"sv, "created"sv};
constexpr std::array method_fields{"name"sv,  "space"sv, "fixed"sv, "batch_size"sv, "curvature_batch_size"sv,
                                   "trials"sv};

void check_fields(const Json& object, std::span<const std::string_view> known, const std::string& where) {
  for (const auto& [field, value] : object.items())
    if (std::ranges::find(known, field) == known.end()) {
      const std::string_view near = nearest(field, known);
      throw Error(fmt::format("[compare] {}: there is no field \"{}\"{}", where, field,
                              near.empty() ? "." : fmt::format("; did you mean \"{}\"?", near)));
    }
}

Index whole(const Json& value, const std::string& what) {
  if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() >> 53 != 0))
    throw Error(fmt::format("[compare] {} must be a whole number, not {}.", what, value.dump()));
  return value.get<Index>();
}

Request::Method method_from(const Json& json, const std::string& where) {
  if (json.is_string()) return {.name = json};
  if (!json.is_object() || !json.contains("name") || !json["name"].is_string())
    throw Error(fmt::format("[compare] {}: a method is a name, or an object that has one, not {}.", where,
                            json.dump()));
  Request::Method method{.name = json["name"]};
  check_fields(json, method_fields, fmt::format("{}, method {}", where, method.name));
  if (json.contains("space")) {
    if (!json["space"].is_array())
      throw Error(fmt::format("[compare] {}: the space of {} is an array, not {}.", where, method.name,
                              json["space"].dump()));
    method.space.emplace();
    for (const Json& dimension : json["space"])
      method.space->push_back(dimension_from(method.name, dimension));
  }
  if (json.contains("fixed")) {
    if (!json["fixed"].is_object())
      throw Error(fmt::format("[compare] {}: what is fixed of {} is an object of options, not {}.", where,
                              method.name, json["fixed"].dump()));
    method.fixed = json["fixed"];
  }
  const std::string of = fmt::format("{}: the batch size of {}", where, method.name);
  if (json.contains("batch_size")) method.batch_size = whole(json["batch_size"], of);
  if (json.contains("curvature_batch_size"))
    method.curvature_batch_size = whole(json["curvature_batch_size"], of);
  return method;
}

void check_at_least(Index least, Index value, const std::string& what) {
  if (value < least)
    throw Error(fmt::format("[compare] {} must be at least {}, not {}.", what, least, value));
}

Comparison::Method resolve(const Request& request, const Request::Method& asked, const Problem& problem) {
  const Facts& facts = problem.facts();
  Comparison::Method method{.name = asked.name, .space = {}, .trials = {}};
  method.space = asked.space ? declared_space(asked.name, facts.kind).value_or(Space{})
                             : space_of(asked.name, facts.kind);
  if (asked.space) method.space.dimensions = *asked.space;
  if (asked.fixed) method.space.fixed = *asked.fixed;

  const bool large = method.space.large_batches;
  method.batch_size = asked.batch_size.value_or(large ? facts.large_batch_size : facts.batch_size);
  method.curvature_batch_size =
      asked.curvature_batch_size.value_or(method.space.part_for_curvature ? facts.curvature_batch_size : 0);
  if (facts.kind == Facts::Kind::network) {
    check_at_least(1, method.batch_size, "the batch size of " + method.name);
    check_at_least(0, method.curvature_batch_size, "the curvature's batch size of " + method.name);
  } else if (method.batch_size != 0 || method.curvature_batch_size != 0) {
    throw Error(
        fmt::format("[compare] {} has no batches; leave out the batch size of {}.", facts.name, method.name));
  }
  method.trials = draw_trials(method.name, method.space, request.seed, request.trials);
  for (const Json& trial : method.trials) problem.check(method.name, trial.dump());
  return method;
}

}  // namespace

void read_request(const std::filesystem::path& file, Request& request) {
  std::ifstream stream(file);
  if (!stream) throw Error(fmt::format("[compare] {} cannot be read.", file.string()));
  const Json json = Json::parse(stream, nullptr, false);
  const std::string where = file.string();
  if (!json.is_object()) throw Error(fmt::format("[compare] {} holds no JSON object.", where));
  check_fields(json, request_fields, where);
  if (json.contains("problem")) {
    const Json& problem = json["problem"];
    const Json& name = problem.is_object() && problem.contains("name") ? problem["name"] : problem;
    if (!name.is_string())
      throw Error(fmt::format("[compare] {}: the problem is a name, not {}.", where, problem.dump()));
    request.problem = name;
  }
  if (json.contains("methods")) {
    if (!json["methods"].is_array())
      throw Error(fmt::format("[compare] {}: methods are an array, not {}.", where, json["methods"].dump()));
    request.methods.clear();
    for (const Json& method : json["methods"]) request.methods.push_back(method_from(method, where));
  }
  if (json.contains("budget")) {
    const Json& budget = json["budget"];
    const bool in_parts = budget.is_object() && budget.contains("amount") && budget["amount"].is_number() &&
                          budget.contains("unit") && budget["unit"].is_string();
    if (!budget.is_string() && !in_parts)
      throw Error(
          fmt::format("[compare] {}: the budget is text as in \"5epochs\", not {}.", where, budget.dump()));
    request.budget = budget_from(in_parts ? budget["amount"].dump() + budget["unit"].get<std::string>()
                                          : budget.get<std::string>());
  }
  if (json.contains("seed")) {
    const Index seed = whole(json["seed"], where + ": seed");
    check_at_least(0, seed, where + ": seed");
    request.seed = static_cast<std::uint64_t>(seed);
  }
  if (json.contains("seeds")) request.seeds = whole(json["seeds"], where + ": seeds");
  if (json.contains("trials")) request.trials = whole(json["trials"], where + ": trials");
}

void check(const Request& request) {
  constexpr Index most = 10000;
  check_at_least(1, request.seeds, "the number of seeds");
  check_at_least(1, request.trials, "the number of trials (--tune)");
  if (request.seeds > most || request.trials > most)
    throw Error(fmt::format("[compare] {} seeds and {} trials are too many; at most {} of each.",
                            request.seeds, request.trials, most));
  if (request.methods.empty())
    throw Error("[compare] name the methods to compare, as in --optimizers sgd,adam.");
  std::set<std::string> names;
  for (const Request::Method& method : request.methods) {
    find_method(method.name);
    if (!names.insert(method.name).second)
      throw Error(fmt::format("[compare] {} is named twice.", method.name));
  }
}

Comparison resolve(const Request& request, const Problem& problem) {
  Comparison comparison{.facts = problem.facts(),
                        .budget = request.budget,
                        .seed = request.seed,
                        .seeds = request.seeds,
                        .methods = {}};
  for (const Request::Method& method : request.methods)
    comparison.methods.push_back(resolve(request, method, problem));
  return comparison;
}

Json to_json(const Comparison& c) {
  const Facts& f = c.facts;
  Json data = Json::array(), methods = Json::array();
  for (const Facts::Data& part : f.data)
    data.push_back(
        {{"name", part.name}, {"part", part.part}, {"cases", part.cases}, {"sha256", part.sha256}});
  for (const Comparison::Method& method : c.methods) {
    Json space = Json::array();
    for (const Dimension& dimension : method.space.dimensions) space.push_back(to_json(dimension));
    methods.push_back({{"name", method.name},
                       {"batch_size", method.batch_size},
                       {"curvature_batch_size", method.curvature_batch_size},
                       {"space", space},
                       {"fixed", method.space.fixed},
                       {"trials", method.trials}});
  }
  return {{"format", 1},
          {"gradus", GRADUS_VERSION},
          {"machine", machine()},
          {"created", time_now()},
          {"problem",
           {{"name", f.name},
            {"description", f.description},
            {"parameters", f.parameters},
            {"batch_size", f.batch_size},
            {"criterion", f.criterion},
            {"target", f.target ? Json(*f.target) : Json()},
            {"data", data}}},
          {"budget", {{"amount", c.budget.amount}, {"unit", name(c.budget.unit)}}},
          {"seed", c.seed},
          {"seeds", c.seeds},
          {"trials", c.trials()},
          {"methods", methods}};
}

}  // namespace gradus::compare
