#pragma once
#include <string>

#include "summary.h"

namespace gradus::report {

/// The report as one HTML file, which needs nothing but itself.
std::string report_page(const Summary& summary);

}  // namespace gradus::report
