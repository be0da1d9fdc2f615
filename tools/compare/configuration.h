#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/compare/budget.h"
#include "tools/compare/problem.h"
#include "tools/compare/space.h"

namespace gradus::compare {

/// What the user asks for. What is not given has the method's, or the problem's, declared value.
struct Request {
  struct Method {
    std::string name;
    std::optional<std::vector<Dimension>> space = {};
    std::optional<Json> fixed = {};
    std::optional<Index> batch_size = {}, curvature_batch_size = {};
  };
  std::string problem;
  std::vector<Method> methods;
  Budget budget;
  std::uint64_t seed = 0;
  Index seeds = 5, trials = 12;
};

/// Reads what a file says over `request`: an object of problem, methods, budget, seed, seeds, trials. A method is a name, or
/// an object of name, space, fixed, batch_size, curvature_batch_size. comparison.json is such a file, too. Throws Error.
void read_request(const std::filesystem::path& file, Request& request);

/// Throws Error where that can be known without the problem: nothing to compare, a method that there is not or is named
/// twice, numbers out of range.
void check(const Request& request);

/// A comparison in full, before anything runs.
struct Comparison {
  struct Method {
    std::string name;
    Space space;
    Index batch_size = 0, curvature_batch_size = 0;
    std::vector<Json> trials;
  };
  Facts facts;
  Budget budget;
  std::uint64_t seed = 0;  ///< of tuning; the fresh ones are those that follow it
  Index seeds = 0;
  std::vector<Method> methods;

  Index trials() const { return static_cast<Index>(methods.front().trials.size()); }
  Index runs() const { return static_cast<Index>(methods.size()) * (trials() + seeds); }
};

/// Of a request that was checked. Throws Error for what a method or the problem does not take.
Comparison resolve(const Request& request, const Problem& problem);

/// comparison.json
Json to_json(const Comparison& comparison);

}  // namespace gradus::compare
