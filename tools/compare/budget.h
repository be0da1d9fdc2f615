#pragma once
#include <string>

namespace gradus::compare {

/// How much work each run may do.
struct Budget {
  enum class Unit {
    epochs,     ///< passes over the training cases; of a function, steps
    gradients,  ///< gradient equivalents, of all cases, see CountingObjective
    seconds     ///< of the steps, without evaluations
  };
  double amount = 5;
  Unit unit = Unit::epochs;
  bool operator==(const Budget&) const = default;
};

/// "epochs", …
std::string name(Budget::Unit unit);
/// "5 epochs"
std::string to_string(const Budget& budget);
/// What was spent of the budget, of which all is 1.
double share_of(const Budget& budget, double epoch, double cost, double seconds);
/// Reads "5epochs", "0.5 epochs", "600gradients", "30s", "2min". Throws Error for anything else.
Budget budget_from(const std::string& text);

}  // namespace gradus::compare
