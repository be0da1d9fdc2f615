#pragma once
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include "tools/compare/configuration.h"

namespace gradus::compare {

struct RunOptions {
  std::filesystem::path out;
  int jobs = 1;  ///< runs at a time
  bool quiet = false;
  std::function<bool()> interrupted = [] { return false; };
};

/// A result could not be written. All that was written before is there.
class WriteFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Makes all runs that the folder does not hold yet: for each method the trials, all of one seed, and with the best of
/// them the fresh seeds. Returns the table of results, or an empty text when it was interrupted; its runs so far are kept.
/// Throws Error for bad input, before anything is written, and WriteFailed.
std::string run(const Comparison& comparison, const Problem& problem, const RunOptions& options);

}  // namespace gradus::compare
