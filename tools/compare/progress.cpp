#include "tools/compare/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "tools/compare/results.h"

namespace gradus::compare {

std::string duration(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", std::ceil(seconds));
  const auto minutes = static_cast<Index>(std::lround(seconds / 60));
  if (minutes < 60) return fmt::format("{} min", minutes);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

Progress::Progress(const Comparison& comparison, bool quiet)
    : comparison_(comparison), quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (terminal_ && !quiet_) std::fputs("\r\033[K", stderr);
}

void Progress::say(const std::string& sentence) const {
  if (!quiet_) fmt::print(stderr, "{}{}\n", terminal_ ? "\r\033[K" : "", sentence);
  std::fflush(stderr);
}

void Progress::known(const Run& run) {
  if (const double value = criterion(comparison_.facts, run); value < best_)
    best_ = value, best_method_ = run.method;
}

void Progress::finished(const Run& run, Index number, Index done, double seconds_left) {
  known(run);
  if (quiet_) return;
  if (terminal_) {
    const std::string best =
        best_method_.empty() ? "" : fmt::format("; best so far {:.4g} by {}", best_, best_method_);
    fmt::print(stderr, "\r\033[K{} of {} runs done, about {} left{}", done, comparison_.runs(),
               duration(seconds_left), best);
  } else {
    const Outcome outcome = run.result.outcome;
    const std::string found = outcome == Outcome::ok
                                  ? fmt::format("{:.4g}", criterion(comparison_.facts, run))
                              : outcome == Outcome::diverged ? "diverged"
                                                             : "failed";
    fmt::print(stderr, "{}/{} {} {} {}: {} with {}\n", done, comparison_.runs(), run.method,
               run.purpose == Purpose::tune ? "trial" : "seed",
               run.purpose == Purpose::tune ? number : static_cast<Index>(run.seed), found,
               run.options.dump());
  }
  std::fflush(stderr);
}

}  // namespace gradus::compare
