#pragma once
#include <string>
#include <vector>

#include "summary.h"

namespace gradus::report {

/// A question that the comparison answers at a glance, as plain text: by one method, or two, or none.
struct Answer {
  std::string question;
  std::vector<const MethodSummary*> methods;
  std::string because;
};

/// Which method wins, which gets to the target at the least cost, which is least sensitive to its rate; what cannot be
/// said yet is left out.
std::vector<Answer> answers(const Summary& summary);

/// "the median of 5 seeds, with quartiles": what is shown.
std::string what_spreads_are(const Summary& summary);

}  // namespace gradus::report
