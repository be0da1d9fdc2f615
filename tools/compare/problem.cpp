#include "tools/compare/problem.h"

#include <algorithm>
#include <utility>

#include "base/nearest.h"

namespace gradus::compare {
namespace {

using Make = std::function<std::unique_ptr<Problem>(const std::string&)>;

std::vector<std::pair<std::string, Make>>& registered() {
  static std::vector<std::pair<std::string, Make>> all;
  return all;
}

}  // namespace

std::vector<std::string> problem_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : registered()) names.push_back(name);
  std::ranges::sort(names);
  return names;
}

std::unique_ptr<Problem> make_problem(std::string_view name) {
  const std::vector<std::string> names = problem_names();
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string& found = names[find_name("problem", name, views)];
  return std::ranges::find(registered(), found, &std::pair<std::string, Make>::first)->second(found);
}

RegisteredProblem::RegisteredProblem(std::string name, Make make) {
  registered().emplace_back(std::move(name), std::move(make));
}

}  // namespace gradus::compare
