#pragma once
#include <optional>
#include <string>
#include <vector>

#include "folder.h"
#include "statistics.h"

namespace gradus::report {

/// One trial of tuning, by its tuned option.
struct Trial {
  const Run* run;
  std::optional<double> value;  ///< of the tuned option
  double result;                ///< the criterion at the end; ∞ where there is none
};

/// How much a method's result depends on its tuned option: of its trials so many are `useful`, that is end no more than a
/// quarter above the best; around the best and without a gap they have values low … high.
struct Sensitivity {
  std::string option;  ///< learning_rate if that is tuned, else the first number that is; empty: none
  std::size_t trials = 0, useful = 0, diverged = 0;
  double best = unknown, low = unknown, high = unknown;
};
inline constexpr double useful_within = 0.25;

/// What all final runs of a method say together: medians and spreads over seeds. A diverged run counts as worse than all
/// others.
struct MethodSummary {
  const MethodPlan* plan = nullptr;
  std::size_t index = 0;  ///< in the comparison's order: its colour
  std::vector<const Run*> finals;
  std::vector<Trial> trials;
  std::size_t outdated = 0;                      ///< final runs of another trial than the best, left out
  std::size_t ok = 0, diverged = 0, failed = 0;  ///< of the final runs
  std::vector<double> results;                   ///< of the final runs, in their order
  Spread result, validation_accuracy, test_accuracy, squared_error, steps, seconds, gradients;
  std::array<double, 3> to_target{};  ///< by Axis, the median; ∞: not reached
  std::size_t reached = 0;            ///< by so many final runs
  Sensitivity sensitivity;
  std::size_t rank = 0;  ///< from 1, equal results share one; 0: no final run
};

struct Summary {
  const Folder* folder = nullptr;
  bool quartiles = false;  ///< what spreads are: quartiles, or the smallest and the largest
  double target = unknown;
  bool target_given = false;           ///< else where the middle method ends
  std::vector<MethodSummary> methods;  ///< by rank, then those without
  std::vector<std::string> missing;    ///< what an unfinished comparison has not yet, a sentence each
  std::size_t runs_expected = 0;
};

/// The folder must outlive it.
Summary summarise(const Folder& folder);

/// The criterion at the end of a run; ∞ where it diverged.
double result_of(const Run& run, Metric criterion);
/// "validation loss"
const char* name(Metric metric);
/// "validation_loss"
const char* key(Metric metric);
/// "gradient equivalents"
const char* name(Axis axis);

}  // namespace gradus::report
