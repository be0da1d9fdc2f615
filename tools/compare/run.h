#pragma once
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "optim/optimizer.h"

namespace gradus::compare {

/// A number that there is not; null in JSON.
inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// What is known of a run at one moment.
struct CurvePoint {
  double epoch = 0, cost = 0, seconds = 0;
  double training_loss = unknown, training_accuracy = unknown;  ///< means of what the steps found
  double validation_loss = unknown, validation_accuracy = unknown;
};

/// What a run's last parameters give on all data.
struct FinalValues {
  double training_loss = unknown, training_accuracy = unknown;
  double validation_loss = unknown, validation_accuracy = unknown;
  double test_loss = unknown, test_accuracy = unknown;
  double squared_error = unknown;  ///< of reconstructions, of the training cases
};

enum class Outcome {
  ok,
  diverged,    ///< see recorder.h
  failed,      ///< the method cannot work on this
  interrupted  ///< and so no result
};

/// What came of training once.
struct Result {
  Outcome outcome = Outcome::ok;
  std::string reason;  ///< a sentence: what ended it
  Index steps = 0;
  Evaluations evaluations;
  std::vector<CurvePoint> curve;
  FinalValues final;
  double cost = 0, seconds = 0;  ///< of all steps
  // Measured, for predictions:
  double first_cost = 0, first_seconds = 0;  ///< of the first one
  double evaluation_seconds = 0;             ///< of the last point of the curve
};

enum class Purpose { tune, final };
/// "tune", "final"
std::string name(Purpose purpose);

/// A finished run, as the folder keeps it.
struct Run {
  std::string method;
  Purpose purpose = Purpose::tune;
  Index trial = 0;  ///< whose options they are
  std::uint64_t seed = 0;
  nlohmann::ordered_json options;
  Result result;
  double wall_seconds = 0;  ///< with evaluations and all
  // What its seconds depend on, besides the machine:
  Index jobs = 1, threads = 1;
};

/// NaN and infinite are null.
nlohmann::ordered_json to_json(const Run& run);
/// Throws nlohmann::json::exception or Error where it is no such object.
Run run_from_json(const nlohmann::ordered_json& json);

}  // namespace gradus::compare
