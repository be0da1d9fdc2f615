#include "tools/report/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gradus::report {
namespace {

// "12300" → "12 300", with narrow spaces that do not break
std::string grouped(std::string digits) {
  const std::size_t begin = digits.starts_with('-') ? 1 : 0;
  if (digits.size() - begin <= 4) return digits;
  for (std::size_t i = digits.size() - 3; i > begin; i = i > 3 ? i - 3 : 0) digits.insert(i, "\u202f");
  return digits;
}

}  // namespace

std::string shown(double value) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  const double size = std::abs(value);
  if (size != 0 && (size < 1e-4 || size >= 1e9)) return fmt::format("{:.2e}", value);
  if (size >= 999.5) {
    const double unit = std::pow(10, std::floor(std::log10(size)) - 2);
    return grouped(fmt::format("{:.0f}", size >= 1e5 ? std::round(value / unit) * unit : value));
  }
  if (value == 0) return "0";
  const int decimals = 2 - static_cast<int>(std::floor(std::log10(size * 1.0005)));
  return fmt::format("{:.{}f}", value, std::max(0, decimals));
}

std::string exact(double value) { return std::isnan(value) ? "–" : fmt::format("{}", value); }

std::string rounded(double value) { return std::isnan(value) ? "–" : fmt::format("{:.3g}", value); }

std::string whole(double value) {
  return std::isfinite(value) ? grouped(fmt::format("{:.0f}", value)) : shown(value);
}

std::string percent(double share) { return std::isnan(share) ? "–" : fmt::format("{:.2f} %", 100 * share); }

std::string duration(double seconds) {
  if (!std::isfinite(seconds)) return shown(seconds);
  if (seconds < 1) return fmt::format("{} ms", shown(1000 * seconds));
  if (seconds < 60) return fmt::format("{} s", shown(seconds));
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string enumerated(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return text;
}

std::string counted(std::size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace gradus::report
