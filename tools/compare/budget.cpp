#include "tools/compare/budget.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "base/error.h"

namespace gradus::compare {
namespace {

struct Word {
  std::string_view text;
  Budget::Unit unit;
  double factor;
};
constexpr std::array<Word, 12> words{{{"epochs", Budget::Unit::epochs, 1},
                                      {"epoch", Budget::Unit::epochs, 1},
                                      {"gradients", Budget::Unit::gradients, 1},
                                      {"gradient", Budget::Unit::gradients, 1},
                                      {"seconds", Budget::Unit::seconds, 1},
                                      {"second", Budget::Unit::seconds, 1},
                                      {"s", Budget::Unit::seconds, 1},
                                      {"minutes", Budget::Unit::seconds, 60},
                                      {"minute", Budget::Unit::seconds, 60},
                                      {"min", Budget::Unit::seconds, 60},
                                      {"hours", Budget::Unit::seconds, 3600},
                                      {"h", Budget::Unit::seconds, 3600}}};

}  // namespace

std::string name(Budget::Unit unit) {
  constexpr std::array<const char*, 3> names{"epochs", "gradients", "seconds"};
  return names[static_cast<std::size_t>(unit)];
}

std::string to_string(const Budget& budget) {
  const std::string unit = name(budget.unit);
  return fmt::format("{} {}", budget.amount, budget.amount == 1 ? unit.substr(0, unit.size() - 1) : unit);
}

double share_of(const Budget& budget, double epoch, double cost, double seconds) {
  const std::array spent{epoch, cost, seconds};
  return spent[static_cast<std::size_t>(budget.unit)] / budget.amount;
}

Budget budget_from(const std::string& text) {
  double amount = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, amount);
  std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (error == std::errc())
    for (const Word& word : words)
      if (unit == word.text && amount > 0 && std::isfinite(amount * word.factor))
        return {amount * word.factor, word.unit};
  throw Error(
      fmt::format("[compare] the budget is a positive number of epochs, gradients, seconds or minutes, as in "
                  "5epochs, 600gradients, 30s or 2min, not \"{}\".",
                  text));
}

}  // namespace gradus::compare
