#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace gradus::compare {

/// {"processor": "AMD EPYC …", "threads": 2, "system": "Linux 6.1 x86_64"}
nlohmann::ordered_json machine();
/// "2026-11-24T17:00:00Z"
std::string time_now();

}  // namespace gradus::compare
