#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "tools/compare/configuration.h"
#include "tools/compare/folder.h"

namespace gradus::compare {

struct RunOptions {
  std::filesystem::path out;
  int jobs = 1;  ///< runs at a time
  bool quiet = false;
  std::function<bool()> interrupted = [] { return false; };
};

/// Makes all runs that the folder does not hold yet: for each method the trials, all of one seed, and with the best of
/// them the fresh seeds. Returns the table of results, or an empty text when it was interrupted; its runs so far are kept.
/// Throws Error for bad input, before anything is written, and WriteFailed.
std::string run(const Comparison& comparison, const Problem& problem, const RunOptions& options);

}  // namespace gradus::compare
