#include "optim/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/nearest.h"
#include "optim/schedule.h"

namespace gradus {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::array<std::string_view, 4> dialects{"paper", "lecture", "torch", "keras"};

}  // namespace

bool Range::contains(double x) const {
  return (with_low ? x >= low : x > low) && (with_high ? x <= high : x < high);
}

std::string Range::to_string() const {
  if (low == -infinity && high == infinity)
    return with_high ? "greater than -infinity" : "less than infinity";
  const std::string from =
      low == -infinity ? "" : fmt::format("{} {}", with_low ? "at least" : "greater than", low);
  const std::string to = high == infinity ? (with_high ? "" : "finite")
                                          : fmt::format("{} {}", with_high ? "at most" : "less than", high);
  return from.empty() || to.empty() ? from + to : from + " and " + to;
}

Range above(double low) { return {low, infinity, false, false}; }
Range at_least(double low) { return {low, infinity, true, false}; }
Range between(double low, double high) { return {low, high}; }

std::string_view name(Dialect dialect) { return dialects[static_cast<std::size_t>(dialect)]; }
Dialect dialect_from_name(std::string_view name) {
  return static_cast<Dialect>(find_name("dialect", name, dialects));
}

void OptionCheck::number(std::string_view name, double& value, const Range& range) {
  if (!range.contains(value))
    throw Error(fmt::format("[{}] {} must be {}, not {}.", who_, name, range.to_string(), value));
}

void FloatOptionCheck::number(std::string_view name, double& value, const Range& range) {
  OptionCheck::number(name, value, range);
  const auto held = static_cast<double>(static_cast<float>(value));
  if ((held == 0) != (value == 0) || std::isfinite(held) != std::isfinite(value) || !range.contains(held))
    throw Error(fmt::format("[{}] {} is {}, which a float cannot hold.", who_, name, value));
}

void OptionCheck::integer(std::string_view name, Index& value, const Range& range) {
  if (!range.contains(static_cast<double>(value)))
    throw Error(fmt::format("[{}] {} must be {}, not {}.", who_, name, range.to_string(), value));
}

void OptionCheck::schedule(std::string_view name, Schedule& value, const Range& range) {
  double rate = value.rate();
  number(name, rate, range);
  OptionCheck inside(fmt::format("{}, {}", who_, name));
  value.visit(inside);
}

void OptionCheck::dialect(Dialect& value, std::initializer_list<Dialect> forms) {
  std::string names;
  for (const Dialect form : forms) {
    if (form == value) return;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", gradus::name(form));
  }
  throw Error(fmt::format("[{}] dialect must be one of {}, not {}: there it is not published.", who_, names,
                          gradus::name(value)));
}

void OptionCheck::choice(std::string_view name, int& value, std::span<const std::string_view> names) {
  if (value < 0 || value >= std::ssize(names))
    throw Error(fmt::format("[{}] {} must be one of {}.", who_, name, fmt::join(names, ", ")));
}

}  // namespace gradus
