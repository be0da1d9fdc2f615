// The landscapes of optim/objectives/landscapes.h.
#include "optim/objectives/landscapes.h"

#include <fmt/format.h>

#include "base/random.h"
#include "tools/compare/function_problem.h"

namespace gradus::compare {
namespace {

// Near the usual start: off by a twentieth of the window's sides (standard deviation).
Vector<double> start_of(const Landscape& landscape, std::uint64_t seed) {
  Random random(seed, "compare start");
  const auto [x, y] = landscape.starts.front();
  const double dx = landscape.high.x - landscape.low.x, dy = landscape.high.y - landscape.low.y;
  const double u = random.normal(), v = random.normal();
  return {x + 0.05 * dx * u, y + 0.05 * dy * v};
}

std::unique_ptr<Problem> make(const std::string& name) {
  const Landscape& landscape = find_landscape(name);
  const auto [x, y] = landscape.starts.front();
  const double least = landscape.minima.front().value;
  const double usual = make_landscape(name)->value(Vector<double>{x, y});
  return std::make_unique<FunctionProblem>(
      name, FunctionSpec{.description = fmt::format("{}: {}. Runs begin near ({:g}, {:g})", landscape.title,
                                                    landscape.formula, x, y),
                         .least = least,
                         .target = least + 1e-6 * (usual - least),
                         .begin = [&landscape, name](std::uint64_t seed) {
                           return FunctionRun{make_landscape(name), start_of(landscape, seed)};
                         }});
}

const std::vector<RegisteredProblem> all = [] {
  std::vector<RegisteredProblem> problems;
  for (const std::string& name : landscape_names()) problems.emplace_back(name, make);
  return problems;
}();

}  // namespace
}  // namespace gradus::compare
