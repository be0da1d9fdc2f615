#pragma once
#include <string>
#include <vector>

/// Numbers as a person reads them.
namespace gradus::report {

/// Three digits: "0.0713", "12 300", "1.2e-08"; "∞", and "–" for what is not known.
std::string shown(double value);
/// All of its digits, as options are typed: "0.9996".
std::string exact(double value);
/// Three of its digits, as options are typed: "0.00184".
std::string rounded(double value);
/// "1 336 610"
std::string whole(double value);
/// "97.82 %"
std::string percent(double share);
/// "850 ms", "12.3 s", "4 min 5 s", "2 h 3 min"
std::string duration(double seconds);
/// "a, b and c"
std::string enumerated(const std::vector<std::string>& words);
/// "1 run", "3 runs"
std::string counted(std::size_t count, const char* noun);

}  // namespace gradus::report
