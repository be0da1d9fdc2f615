#pragma once
#include <string>

#include "tools/landscape/paths.h"

namespace gradus::landscape {

/// The learning rates that are tried where none is given: in words, and in the order of the trials.
extern const char* const tried_rates;

struct ChosenOptions {
  std::string json;    ///< as given to the registry
  std::string origin;  ///< in words: how they were found
};

/// A method's options for this landscape: those that are given and, where none of them is a learning rate and the method
/// has one (or the method within it), the rate of a small grid with the least mean of log(f − least f) over the steps from the
/// landscape's own starting points. Throws Error for options that the method does not take.
ChosenOptions choose_options(const std::string& method, const std::string& given, const Landscape& landscape,
                             Index steps);

}  // namespace gradus::landscape
