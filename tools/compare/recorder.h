#pragma once
#include <functional>

#include "tools/compare/problem.h"

namespace gradus::compare {

/// A last step that went further past the budget's end than this is said.
inline constexpr double noted_share = 1.1;

/// Watches a run: takes the points of its curve, denser at the start, and says when it is over.
class Recorder {
 public:
  /// `evaluate` fills in what can be known of the parameters now; no loss is below `least`. A run diverges when a point's
  /// loss is not finite, or in the second half of the budget more than ten times as far from there as the start's.
  Recorder(const Assignment& assignment, double least, std::function<void(CurvePoint&)> evaluate);

  /// The point at the start.
  void start();
  /// After each step, with what was spent so far; `wanted`: a point must be taken here. Returns whether to go on.
  bool step(const StepReport& report, double epoch, double cost, double seconds, bool wanted = false);
  /// The accuracy that the steps since the last point found, where that is known.
  void training_accuracy(double accuracy);
  /// What was recorded; `reason` says what ended the run, unless that is known better here.
  Result finish(const std::string& reason);
  /// Whether the last step was the run's last.
  bool over() const { return over_; }

 private:
  void take_point(double epoch, double cost, double seconds, double share);

  const Assignment& assignment_;
  double least_;
  std::function<void(CurvePoint&)> evaluate_;
  Result result_;
  Index next_point_ = 1;
  double epoch_ = 0, losses_ = 0;
  Index losses_count_ = 0;
  bool over_ = false;
};

}  // namespace gradus::compare
