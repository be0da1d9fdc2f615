#pragma once
#include <limits>
#include <string>

#include "tools/compare/configuration.h"
#include "tools/compare/run.h"

namespace gradus::compare {

/// "45 s", "14 min", "3 h 20 min"
std::string duration(double seconds);

/// What a comparison shows on stderr while it runs: on a terminal a line that changes, otherwise a line for each run.
class Progress {
 public:
  Progress(const Comparison& comparison, bool quiet);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// A sentence, on a line of its own.
  void say(const std::string& sentence) const;
  /// A run that was done before.
  void known(const Run& run);
  /// A run is done, `done` in all.
  void finished(const Run& run, Index number, Index done, double seconds_left);

 private:
  const Comparison& comparison_;
  const bool quiet_, terminal_;
  double best_ = std::numeric_limits<double>::infinity();
  std::string best_method_;
};

}  // namespace gradus::compare
