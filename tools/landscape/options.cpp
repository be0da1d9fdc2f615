#include "tools/landscape/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "optim/registry.h"

namespace gradus::landscape {
namespace {

using Json = nlohmann::ordered_json;
constexpr double rates[] = {1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1};

// Whether a method has a learning rate, and which method is within it.
class Look : public OptionVisitor {
 public:
  explicit Look(const std::string& method) { find_method(method).visit_defaults(*this); }

  void number(std::string_view, double&, const Range&) override {}
  void integer(std::string_view, Index&, const Range&) override {}
  void flag(std::string_view, bool&) override {}
  void schedule(std::string_view name, Schedule&, const Range&) override { rate |= name == "learning_rate"; }
  void dialect(Dialect&, std::initializer_list<Dialect>) override {}
  void choice(std::string_view, int&, std::span<const std::string_view>) override {}
  void method(std::string_view name, std::string& json) override {
    inner = name;
    inner_options = json;
  }

  bool rate = false;
  std::string inner, inner_options;
};

// Where in the options the learning rate goes; null where it is given or there is none.
Json* place_of_rate(const std::string& method, Json& options) {
  const Look look(method);
  if (look.rate) return options.contains("learning_rate") ? nullptr : &options["learning_rate"];
  if (look.inner.empty() || options.contains(look.inner)) return nullptr;
  Json& inner = options[look.inner] = Json::parse(look.inner_options);
  return Look(inner["method"].get<std::string>()).rate ? &inner["learning_rate"] : nullptr;
}

double score(const std::string& method, const std::string& options, const Landscape& landscape, Index steps) {
  constexpr double resolution = 1e-12;
  const auto f = make_landscape(landscape.name);
  const auto optimizer = make_optimizer<double>(method, options);
  const Window window{landscape.low, landscape.high};
  double sum = 0;
  for (const Point& start : landscape.starts) {
    const Path path = follow(*f, *optimizer, start, window, steps);
    if (!std::ranges::all_of(path.points, [&](const Point& p) { return window.contains(p); }))
      return std::numeric_limits<double>::infinity();
    double logs = 0, last = 0;
    for (const double value : path.values)
      logs += last = std::log10(std::max(value - landscape.minima[0].value, 0.0) + resolution);
    sum += (logs + last * static_cast<double>(steps + 1 - std::ssize(path.values))) /
           static_cast<double>(steps + 1);
  }
  return sum;
}

}  // namespace

const char* const tried_rates = "0.00001, 0.00003, 0.0001, …, 0.3, 1";

ChosenOptions choose_options(const std::string& method, const std::string& given, const Landscape& landscape,
                             Index steps) {
  Json options = Json::parse(given, nullptr, false);
  if (!options.is_object())
    throw Error(fmt::format("[landscape] the options of {} must be a JSON object, not {}.", method, given));
  make_optimizer<double>(method, given);  // refuses what it does not take
  const std::string without = options.empty() ? "defaults" : "as given";
  Json* const rate = place_of_rate(method, options);
  if (rate == nullptr) return {given, without};

  double best = std::numeric_limits<double>::infinity(), best_rate = rates[0];
  for (const double one : rates) {
    *rate = one;
    if (const double found = score(method, options.dump(), landscape, steps); found < best) {
      best = found;
      best_rate = one;
    }
  }
  *rate = best_rate;
  if (std::isinf(best))
    return {options.dump(),
            fmt::format("learning rate {}, the smallest of {}, of which none stays in the window; else {}",
                        best_rate, std::size(rates), without)};
  return {options.dump(),
          fmt::format("learning rate {} found among {}; else {}", best_rate, std::size(rates), without)};
}

}  // namespace gradus::landscape
