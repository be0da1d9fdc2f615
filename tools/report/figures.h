#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "summary.h"

namespace gradus::report {

/// Draws the curves of the criterion against each axis, and the tuning of each option, as PNG and SVG, by the program
/// gnuplot; what it is told stays beside them in figures.gp, to be changed by hand. Makes the folder. Returns the names
/// of the figures. Throws Error where the folder cannot be written or gnuplot cannot be run.
std::vector<std::string> write_figures(const Summary& summary, const std::filesystem::path& folder);

}  // namespace gradus::report
