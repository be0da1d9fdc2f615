#pragma once
#include <string>

namespace gradus::report {

/// A method's page, in parts: its first sentences, and the lines of its update rule (of the dialect, if that has other
/// ones). Empty for a method that this program does not know.
struct MethodPage {
  std::string sentence, formula, whole;
};
MethodPage method_page(const std::string& name, const std::string& dialect = "");

}  // namespace gradus::report
