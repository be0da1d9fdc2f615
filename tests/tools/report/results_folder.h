#pragma once
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace gradus::report::test {

using Json = nlohmann::ordered_json;

/// A folder of results of one's own making.
class ResultsFolder {
 public:
  explicit ResultsFolder(std::filesystem::path path) : path_(std::move(path)) {
    comparison = Json::parse(R"({"format": 1, "gradus": "0.1.0", "created": "2026-01-02T03:04:05Z",
      "machine": {"processor": "P", "threads": 2, "system": "Linux"},
      "problem": {"name": "bowl", "description": "A bowl.", "parameters": 2, "batch_size": 0,
                  "criterion": "validation_loss", "target": 0.5, "data": []},
      "budget": {"amount": 10, "unit": "epochs"}, "seed": 0, "seeds": 3, "trials": 0, "methods": []})");
  }

  void add_method(const std::string& name, const std::vector<double>& rates = {}) {
    Json trials = Json::array();
    for (const double rate : rates) trials.push_back({{"learning_rate", rate}});
    comparison["methods"].push_back(
        {{"name", name},
         {"batch_size", 0},
         {"curvature_batch_size", 0},
         {"space", {{{"option", "learning_rate"}, {"scale", "log"}, {"low", 0.001}, {"high", 1.0}}}},
         {"fixed", Json::object()},
         {"trials", trials}});
  }

  /// A run whose validation losses are those, one after each epoch from 0 on; two gradients and half a second each.
  static Json run(const std::string& method, const std::vector<double>& losses, int seed = 1) {
    Json curve = Json::array();
    for (std::size_t i = 0; i < losses.size(); ++i)
      curve.push_back(
          {{"epoch", i}, {"cost", 2 * i}, {"seconds", 0.5 * double(i)}, {"validation_loss", losses[i]}});
    return {{"method", method},
            {"purpose", "final"},
            {"trial", 0},
            {"seed", seed},
            {"options", {{"learning_rate", 0.1}}},
            {"status", "ok"},
            {"reason", ""},
            {"steps", 100},
            {"evaluations", {{"values", 0}, {"gradients", 100}, {"products", 0}}},
            {"curve", curve},
            {"final", {{"validation_loss", losses.empty() ? Json() : Json(losses.back())}}}};
  }
  static Json diverged(const std::string& method, const std::vector<double>& losses, int seed = 1) {
    Json json = run(method, losses, seed);
    json["status"] = "diverged";
    json["reason"] = "It left the scale.";
    json["final"]["validation_loss"] = nullptr;
    return json;
  }
  static Json trial(const std::string& method, int trial, double rate, double loss) {
    Json json = run(method, {2, loss});
    json["purpose"] = "tune";
    json["trial"] = trial;
    json["options"]["learning_rate"] = rate;
    return json;
  }

  void add(Json run) { runs_.push_back(std::move(run)); }
  void write() const {
    gradus::test::write(path_ / "comparison.json", comparison.dump());
    for (std::size_t i = 0; i < runs_.size(); ++i)
      gradus::test::write(path_ / "runs" / fmt::format("{:03}.json", i), runs_[i].dump());
  }

  Json comparison;

 private:
  std::filesystem::path path_;
  std::vector<Json> runs_;
};

}  // namespace gradus::report::test
