#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

/// From a folder of results, which `gradus compare` writes, to a page, tables and figures.
namespace gradus::report {

using Index = std::int64_t;
using Json = nlohmann::ordered_json;

/// What is not known is not-a-number, in the files null.
inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// What a curve is drawn against, and what it shows.
enum class Axis { epochs, gradients, seconds };
enum class Metric { validation_loss, training_loss, validation_accuracy, training_accuracy };
inline constexpr std::array all_axes{Axis::epochs, Axis::gradients, Axis::seconds};
inline constexpr std::array all_metrics{Metric::validation_loss, Metric::training_loss,
                                        Metric::validation_accuracy, Metric::training_accuracy};

struct Point {
  std::array<double, 3> at{};      ///< by Axis
  std::array<double, 4> values{};  ///< by Metric
};

enum class RunStatus { ok, diverged, failed };

/// One file of DIR/runs/.
struct Run {
  std::string file, method;
  bool is_final = false;  ///< else one of tuning
  Index trial = 0, seed = 0;
  Json options;
  RunStatus status = RunStatus::ok;
  std::string reason;
  Index steps = 0;
  double values = 0, gradients = 0, products = 0;  ///< evaluations
  std::vector<Point> curve;                        ///< its positions do not decrease
  std::array<double, 4> final_values{};            ///< by Metric
  double test_loss = unknown, test_accuracy = unknown, squared_error = unknown;
};

/// A range, or a list, of which tuning takes an option's values.
struct TunedOption {
  std::string option;
  bool is_log = false;
  double low = unknown, high = unknown;
  std::vector<Json> values;  ///< instead of low and high
};

struct MethodPlan {
  std::string name;
  Index batch_size = 0, curvature_batch_size = 0;
  std::vector<TunedOption> space;
  Json fixed;
  std::vector<Json> trials;
};

struct DataSet {
  std::string name, part, sha256;
  Index cases = 0;
};

/// DIR/comparison.json: what was to be done.
struct Comparison {
  std::string version, created, processor, system;
  Index threads = 0;
  std::string problem, description;
  Index parameters = 0, batch_size = 0;
  Metric criterion = Metric::validation_loss;
  std::optional<double> target;
  std::vector<DataSet> data;
  double budget = 0;
  std::string budget_unit;
  Index seed = 0, seeds = 0, trials = 0;
  std::vector<MethodPlan> methods;
};

struct Folder {
  std::filesystem::path path;
  Comparison comparison;
  std::vector<Run> runs;                ///< by file name
  std::vector<std::string> unreadable;  ///< files that were left out, a sentence each
};

/// Throws Error for what is no folder of results. A broken file of a run is left out.
Folder read_folder(const std::filesystem::path& path);

/// The number that an option has: "a.b" is b within a, a schedule's is its rate. Nothing where it has none.
std::optional<double> option_value(const Json& options, const std::string& name);

}  // namespace gradus::report
