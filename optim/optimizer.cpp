#include "optim/optimizer.h"

#include <fmt/format.h>

#include "base/error.h"

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

void check_size(std::string_view method, std::size_t of_theta, std::size_t of_reset) {
  if (of_theta != of_reset)
    throw Error(
        fmt::format("[{}] θ has {} elements, but reset was called for {}.", method, of_theta, of_reset));
}

}  // namespace gradus
