#include "tools/report/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "base/error.h"

namespace gradus::report {
namespace {

namespace fs = std::filesystem;

// An object of a file, whose mistakes are told with their place.
class Reader {
 public:
  Reader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) fail("an object was expected here");
  }

  bool has(const char* key) const { return json_.contains(key) && !json_[key].is_null(); }
  const Json& at(const char* key) const {
    if (!has(key)) fail(fmt::format("there is no \"{}\"", key));
    return json_[key];
  }
  std::string text(const char* key) const {
    if (!at(key).is_string()) fail(fmt::format("\"{}\" must be a text", key));
    return json_[key].get<std::string>();
  }
  std::string text_or_nothing(const char* key) const { return has(key) ? text(key) : ""; }
  double number(const char* key) const {
    if (!at(key).is_number()) fail(fmt::format("\"{}\" must be a number", key));
    return json_[key].get<double>();
  }
  double number_or_unknown(const char* key) const { return has(key) ? number(key) : unknown; }
  Index count(const char* key) const {
    const double value = number(key);
    if (!(value >= 0 && value < 1e18 && value == std::floor(value)))
      fail(fmt::format("\"{}\" must be a whole number of at least 0, not {}", key, value));
    return static_cast<Index>(value);
  }
  Index count_or_zero(const char* key) const { return has(key) ? count(key) : 0; }
  const Json& list(const char* key) const {
    if (!at(key).is_array()) fail(fmt::format("\"{}\" must be a list", key));
    return json_[key];
  }
  Reader object(const char* key) const { return {at(key), fmt::format("{}, {}", where_, key)}; }
  template <class Visit>
  void each(const char* key, Visit visit) const {
    std::size_t i = 0;
    for (const Json& one : list(key)) visit(Reader(one, fmt::format("{}, {} {}", where_, key, i++)));
  }
  const Json& json() const { return json_; }
  const std::string& where() const { return where_; }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(fmt::format("[{}] {}.", where_, what));
  }

 private:
  const Json& json_;
  std::string where_;
};

Json parse(const fs::path& path, const std::string& where) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw Error(fmt::format("[{}] cannot be read.", where));
  Json json = Json::parse(bytes, nullptr, false);
  if (json.is_discarded()) throw Error(fmt::format("[{}] is not JSON, or not all of it.", where));
  return json;
}

TunedOption tuned_option(const Reader& reader) {
  TunedOption option;
  option.option = reader.text("option");
  if (reader.has("values")) {
    option.values = {reader.list("values").begin(), reader.list("values").end()};
  } else {
    option.is_log = reader.text_or_nothing("scale") == "log";
    option.low = reader.number("low");
    option.high = reader.number("high");
  }
  return option;
}

MethodPlan method_plan(const Reader& reader) {
  MethodPlan plan;
  plan.name = reader.text("name");
  plan.batch_size = reader.count_or_zero("batch_size");
  plan.curvature_batch_size = reader.count_or_zero("curvature_batch_size");
  plan.fixed = reader.has("fixed") ? reader.object("fixed").json() : Json::object();
  if (reader.has("space"))
    reader.each("space", [&](const Reader& r) { plan.space.push_back(tuned_option(r)); });
  reader.each("trials", [&](const Reader& r) { plan.trials.push_back(r.json()); });
  return plan;
}

Comparison comparison(const Reader& reader) {
  if (const Index format = reader.count("format"); format != 1)
    reader.fail(fmt::format("the format is {}, of which this version of gradus knows only 1", format));
  Comparison c;
  c.version = reader.text_or_nothing("gradus");
  c.created = reader.text_or_nothing("created");
  if (reader.has("machine")) {
    const Reader machine = reader.object("machine");
    c.processor = machine.text_or_nothing("processor");
    c.system = machine.text_or_nothing("system");
    c.threads = machine.count_or_zero("threads");
  }
  const Reader problem = reader.object("problem");
  c.problem = problem.text("name");
  c.description = problem.text_or_nothing("description");
  c.parameters = problem.count_or_zero("parameters");
  c.batch_size = problem.count_or_zero("batch_size");
  const std::string criterion = problem.text("criterion");
  if (criterion != "validation_loss" && criterion != "training_loss")
    problem.fail(
        fmt::format("\"criterion\" must be validation_loss or training_loss, not \"{}\"", criterion));
  c.criterion = criterion == "training_loss" ? Metric::training_loss : Metric::validation_loss;
  if (problem.has("target")) c.target = problem.number("target");
  if (problem.has("data")) {
    problem.each("data", [&](const Reader& r) {
      c.data.push_back(
          {r.text("name"), r.text_or_nothing("part"), r.text_or_nothing("sha256"), r.count_or_zero("cases")});
    });
  }
  const Reader budget = reader.object("budget");
  c.budget = budget.number("amount");
  c.budget_unit = budget.text("unit");
  c.seed = reader.count_or_zero("seed");
  c.seeds = reader.count("seeds");
  c.trials = reader.count_or_zero("trials");
  reader.each("methods", [&](const Reader& r) {
    c.methods.push_back(method_plan(r));
    const auto same = [&](const MethodPlan& plan) { return plan.name == c.methods.back().name; };
    if (std::ranges::count_if(c.methods, same) > 1)
      r.fail(fmt::format("the method {} is there twice", c.methods.back().name));
  });
  return c;
}

constexpr const char* metric_keys[] = {"validation_loss", "training_loss", "validation_accuracy",
                                       "training_accuracy"};

std::array<double, 4> metrics(const Reader& reader) {
  std::array<double, 4> values;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = reader.number_or_unknown(metric_keys[i]);
  return values;
}

Run run(const Reader& reader, const std::string& file, const Comparison& comparison) {
  Run run;
  run.file = file;
  run.method = reader.text("method");
  run.trial = reader.count("trial");
  run.seed = reader.count("seed");
  run.options = reader.object("options").json();
  run.reason = reader.text_or_nothing("reason");
  run.steps = reader.count_or_zero("steps");
  const auto plan = std::ranges::find(comparison.methods, run.method, &MethodPlan::name);
  if (plan == comparison.methods.end())
    reader.fail(fmt::format("it is of the method {}, which comparison.json does not name", run.method));
  const std::string purpose = reader.text("purpose"), status = reader.text("status");
  run.is_final = purpose == "final";
  if (!run.is_final && purpose != "tune")
    reader.fail(fmt::format("\"purpose\" must be tune or final, not \"{}\"", purpose));
  if (run.trial >= std::max<Index>(1, std::ssize(plan->trials)))
    reader.fail(fmt::format("it is of trial {}, but {} has {}", run.trial, run.method, plan->trials.size()));
  if (status == "diverged")
    run.status = RunStatus::diverged;
  else if (status == "failed")
    run.status = RunStatus::failed;
  else if (status != "ok")
    reader.fail(fmt::format("\"status\" must be ok, diverged or failed, not \"{}\"", status));
  if (reader.has("evaluations")) {
    const Reader evaluations = reader.object("evaluations");
    run.values = static_cast<double>(evaluations.count_or_zero("values"));
    run.gradients = static_cast<double>(evaluations.count_or_zero("gradients"));
    run.products = static_cast<double>(evaluations.count_or_zero("products"));
  }
  reader.each("curve", [&](const Reader& r) {
    const Point point{.at = {r.number("epoch"), r.number("cost"), r.number("seconds")}, .values = metrics(r)};
    for (std::size_t i = 0; i < point.at.size(); ++i)
      if (!run.curve.empty() && point.at[i] < run.curve.back().at[i])
        r.fail("it lies before the one before it");
    run.curve.push_back(point);
  });
  const Reader last = reader.object("final");
  run.final_values = metrics(last);
  run.test_loss = last.number_or_unknown("test_loss");
  run.test_accuracy = last.number_or_unknown("test_accuracy");
  run.squared_error = last.number_or_unknown("squared_error");
  return run;
}

std::vector<fs::path> run_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.path().extension() == ".json" && !entry.path().filename().string().starts_with('.'))
      files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

Folder read_folder(const fs::path& path) {
  const fs::path plan = path / "comparison.json";
  const char* const what_to_do = "A folder of results is what `gradus compare --out` has written; name one.";
  std::error_code none;
  if (!fs::is_directory(path, none))
    throw Error(fmt::format("[report] there is no folder {}. {}", path.string(), what_to_do));
  if (!fs::exists(plan, none))
    throw Error(fmt::format("[report] {} is no folder of results: it has no comparison.json. {}",
                            path.string(), what_to_do));

  const Json contents = parse(plan, plan.string());
  Folder folder{
      .path = path, .comparison = comparison(Reader(contents, plan.string())), .runs = {}, .unreadable = {}};
  for (const fs::path& file : run_files(path / "runs")) {
    const std::string name = "runs/" + file.filename().string();
    try {
      const Json json = parse(file, name);
      folder.runs.push_back(run(Reader(json, name), name, folder.comparison));
    } catch (const Error& error) {
      folder.unreadable.push_back(error.what());
    }
  }
  if (folder.runs.empty())
    throw Error(fmt::format("[report] no run in {} has ended yet{}. Let `gradus compare` go on first.",
                            path.string(),
                            folder.unreadable.empty() ? "" : ": " + folder.unreadable.front()));
  return folder;
}

std::optional<double> option_value(const Json& options, const std::string& name) {
  if (!options.is_object()) return {};
  if (const auto found = options.find(name); found != options.end()) {
    if (found->is_number()) return found->get<double>();
    return found->is_object() ? option_value(*found, "rate") : std::nullopt;
  }
  const auto dot = name.find('.');
  if (dot == name.npos) return {};
  const auto outer = options.find(name.substr(0, dot));
  return outer == options.end() ? std::nullopt : option_value(*outer, name.substr(dot + 1));
}

}  // namespace gradus::report
