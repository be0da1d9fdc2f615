#include "tools/compare/run.h"

#include <array>
#include <cmath>

namespace gradus::compare {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<const char*, 4> outcomes{"ok", "diverged", "failed", "interrupted"};

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

std::string name(Purpose purpose) { return purpose == Purpose::tune ? "tune" : "final"; }

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
          {"evaluations",
           {{"values", r.evaluations.values},
            {"gradients", r.evaluations.gradients},
            {"products", r.evaluations.products}}},
          {"wall_seconds", run.wall_seconds},
          {"curve", curve},
          {"final", final}};
}

Run run_from_json(const Json& json) {
  Run run{.method = json.at("method"),
          .purpose = json.at("purpose") == "tune" ? Purpose::tune : Purpose::final,
          .trial = json.at("trial"),
          .seed = json.at("seed"),
          .options = json.at("options"),
          .result = {},
          .wall_seconds = json.at("wall_seconds")};
  Result& r = run.result;
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    if (json.at("status") == outcomes[i]) r.outcome = static_cast<Outcome>(i);
  r.reason = json.at("reason");
  r.steps = json.at("steps");
  const Json& evaluations = json.at("evaluations");
  r.evaluations = {evaluations.at("values"), evaluations.at("gradients"), evaluations.at("products")};
  for (const Json& point : json.at("curve")) visit_point(r.curve.emplace_back(), reader(point));
  visit_final(r.final, reader(json.at("final")));
  if (!r.curve.empty()) r.cost = r.curve.back().cost, r.seconds = r.curve.back().seconds;
  return run;
}

}  // namespace gradus::compare
