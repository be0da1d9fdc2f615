#pragma once
#include <chrono>
#include <optional>

#include "history.h"

namespace gradus {

/// What training shows on stderr: a line for each epoch, and between them, on a terminal, a bar that moves.
enum class Progress {
  automatic,  ///< both on a terminal, else nothing
  off,        ///< nothing
  bar,        ///< on a terminal the bar alone, else nothing
  on,         ///< lines, and on a terminal the bar
};

/// An epoch so far.
struct EpochProgress {
  Index epoch = 0;  ///< from 1
  Index step = 0;   ///< in the epoch, from 1
  double loss = 0;  ///< mean of the cases so far
  std::optional<double> accuracy;
  double samples_per_second = 0;
};

class ProgressDisplay {
 public:
  ProgressDisplay(Progress progress, Index epochs, Index steps_per_epoch);
  ~ProgressDisplay() { clear(); }
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  /// True a few times a second, where there is a bar: then draw() it.
  bool due();
  void draw(const EpochProgress& progress);
  void end_epoch(const EpochRecord& record);
  /// Takes the bar away.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool bar_, lines_, drawn_ = false;
  Index epochs_, steps_per_epoch_;
  Clock::time_point start_, last_;
};

}  // namespace gradus
