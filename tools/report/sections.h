#pragma once
#include <string>

#include "summary.h"

/// The parts of the page that are text and tables, as HTML.
namespace gradus::report {

std::string heading(const Summary& summary);       ///< problem, budget, network in a sentence
std::string answers_html(const Summary& summary);  ///< which wins, at which cost, how sensitive
std::string notices(const Summary& summary);       ///< what is missing or was left out
std::string table(const Summary& summary);         ///< a row for each method
std::string method_cards(const Summary& summary);  ///< formulas and chosen options
std::string tuning_table(const Summary& summary);  ///< what was tuned, and what not
std::string provenance(const Summary& summary);    ///< seeds, budget, machine, version, data

}  // namespace gradus::report
