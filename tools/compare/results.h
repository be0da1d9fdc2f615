#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tools/compare/configuration.h"
#include "tools/compare/run.h"

namespace gradus::compare {

/// The runs of one method; none where they are not done yet.
struct MethodRuns {
  using Runs = std::vector<std::optional<Run>>;
  Runs tune, final;

  Runs& of(Purpose purpose) { return purpose == Purpose::tune ? tune : final; }
  const Runs& of(Purpose purpose) const { return purpose == Purpose::tune ? tune : final; }
  static Index missing(const Runs& runs);
  Index missing() const { return missing(tune) + missing(final); }
};

/// The criterion's value; NaN of runs that did not end well.
double criterion(const Facts& facts, const Run& run);

/// The trial to go on with, when all are done: that of the least value; where none ended well, the one that went on for the
/// most steps. The first of several.
Index winner(const Facts& facts, const MethodRuns::Runs& trials);

/// Methods, ranked by the median over the fresh seeds, for a reader.
std::string table(const Comparison& comparison, const std::vector<MethodRuns>& methods);

}  // namespace gradus::compare
