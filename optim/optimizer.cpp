#include "optim/optimizer.h"

namespace gradus {

std::string_view name(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::skipped:
      return "skipped";
    case Status::converged:
      return "converged";
    case Status::rounding_floor:
      return "rounding floor";
    case Status::line_search_failed:
      return "line search failed";
    case Status::non_finite:
      return "non-finite";
  }
  return "";
}

}  // namespace gradus
