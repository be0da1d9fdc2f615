#pragma once
#include <filesystem>

#include "summary.h"

namespace gradus::report {

/// Writes curves.csv (a line for each point of each run), tuning.csv (for each trial) and table.csv (for each method),
/// with a line of names first; what is not known is empty. Makes the folder. Throws Error where it cannot write.
void write_csv(const Summary& summary, const std::filesystem::path& folder);

}  // namespace gradus::report
