#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "tools/landscape/network.h"
#include "tools/landscape/race.h"

namespace gradus::landscape {

using Json = nlohmann::ordered_json;

/// A number as pages show it: rounded to so many significant digits; null where it is not finite.
Json rounded(double x, int digits);
/// A relief as the page draws it: the window, heights from 0 to 9999 row by row, and contours, each its value and lines of whole
/// numbers x, y, x, y, … from 0 to 10000 across the window.
Json to_json(const Relief& relief);
/// What the page shows of a race.
Json to_json(const Race& race);
Json to_json(const NetworkLandscape& landscape);

/// The whole page, in one file, for what to_json gives.
std::string page(const std::string& title, const Json& data);

}  // namespace gradus::landscape
