#pragma once
#include <string>

#include "summary.h"

namespace gradus::report {

/// What the page draws, as JSON: curves by axis and metric, tuning by option. Where a median is given and a bound of its
/// spread is null, the bound is infinite.
std::string chart_data(const Summary& summary);

/// The options that methods tune, those of most methods first.
std::vector<std::string> tuned_options(const Summary& summary);

}  // namespace gradus::report
