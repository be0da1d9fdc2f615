#include "tools/compare/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "base/error.h"

namespace gradus::compare {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array outcomes{"ok", "diverged", "failed"};  // what was interrupted is not kept
constexpr std::array purposes{"tune", "final"};

std::size_t place(const Json& name, std::span<const char* const> names) {
  const auto found = std::ranges::find_if(names, [&name](const char* one) { return name == one; });
  if (found == names.end()) throw Error(fmt::format("[compare] {} is not known here.", name.dump()));
  return static_cast<std::size_t>(found - names.begin());
}

// The fields that are numbers, by name: one list to write and to read by.
template <class Point, class Visit>
void visit_point(Point& p, Visit visit) {
  visit("epoch", p.epoch), visit("cost", p.cost), visit("seconds", p.seconds);
  visit("training_loss", p.training_loss), visit("training_accuracy", p.training_accuracy);
  visit("validation_loss", p.validation_loss), visit("validation_accuracy", p.validation_accuracy);
}
template <class Values, class Visit>
void visit_final(Values& f, Visit visit) {
  visit("training_loss", f.training_loss), visit("training_accuracy", f.training_accuracy);
  visit("validation_loss", f.validation_loss), visit("validation_accuracy", f.validation_accuracy);
  visit("test_loss", f.test_loss), visit("test_accuracy", f.test_accuracy);
  visit("squared_error", f.squared_error);
}

Json number(double x) { return std::isfinite(x) ? Json(x) : Json(); }

auto writer(Json& json) {
  return [&json](const char* field, double value) { json[field] = number(value); };
}
auto reader(const Json& json) {
  return [&json](const char* field, double& value) {
    value = json.at(field).is_null() ? unknown : json.at(field).get<double>();
  };
}

}  // namespace

std::string name(Purpose purpose) { return purposes[static_cast<std::size_t>(purpose)]; }

Json to_json(const Run& run) {
  const Result& r = run.result;
  Json curve = Json::array(), final;
  for (const CurvePoint& point : r.curve) visit_point(point, writer(curve.emplace_back()));
  visit_final(r.final, writer(final));
  return {{"method", run.method},
          {"purpose", name(run.purpose)},
          {"trial", run.trial},
          {"seed", run.seed},
          {"options", run.options},
          {"status", outcomes[static_cast<std::size_t>(r.outcome)]},
          {"reason", r.reason},
          {"steps", r.steps},
          {"cost", number(r.cost)},
          {"seconds", number(r.seconds)},
          {"evaluations",
           {{"values", r.evaluations.values},
            {"gradients", r.evaluations.gradients},
            {"products", r.evaluations.products}}},
          {"wall_seconds", run.wall_seconds},
          {"jobs", run.jobs},
          {"threads", run.threads},
          {"curve", curve},
          {"final", final}};
}

Run run_from_json(const Json& json) {
  Run run{.method = json.at("method"),
          .purpose = static_cast<Purpose>(place(json.at("purpose"), purposes)),
          .trial = json.at("trial"),
          .seed = json.at("seed"),
          .options = json.at("options"),
          .result = {},
          .wall_seconds = json.at("wall_seconds"),
          .jobs = json.at("jobs"),
          .threads = json.at("threads")};
  Result& r = run.result;
  r.outcome = static_cast<Outcome>(place(json.at("status"), outcomes));
  r.reason = json.at("reason");
  r.steps = json.at("steps");
  r.cost = json.at("cost"), r.seconds = json.at("seconds");
  const Json& evaluations = json.at("evaluations");
  r.evaluations = {evaluations.at("values"), evaluations.at("gradients"), evaluations.at("products")};
  for (const Json& point : json.at("curve")) visit_point(r.curve.emplace_back(), reader(point));
  visit_final(r.final, reader(json.at("final")));
  return run;
}

}  // namespace gradus::compare
