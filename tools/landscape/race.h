#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/landscape/relief.h"

namespace gradus::landscape {

/// A method on a landscape, from every start.
struct Runner {
  std::string method, summary;  ///< its name, and the first sentence of its page
  std::string options, origin;  ///< JSON, and how they were found
  std::vector<Path> paths;      ///< one for each start
};

/// Methods on one landscape.
struct Race {
  const Landscape* landscape;
  Relief relief;
  std::vector<Point> starts;  ///< the landscape's own or the one that was asked for, then a grid
  std::vector<Runner> runners;
  std::vector<std::string> left_out;  ///< a sentence for each method that f does not suffice
  Index steps;
};

struct RaceOptions {
  std::string function = "beale";
  std::vector<std::string> methods;
  std::string options =
      "{}";  ///< JSON: an object of options for each method that has any: {"adam": {"beta1": 0.8}}
  std::optional<Point> start = {};  ///< the first start, if it is not the landscape's
  Index steps = 200;
};

/// Runs them all; `progress` hears of each method before it runs. Throws Error for a function, a method or options that there are
/// not, a method that is named twice, a start outside of the window, steps < 1, and where no method can run.
Race run_race(const RaceOptions& options, const std::function<void(const std::string&)>& progress = {});

}  // namespace gradus::landscape
