#include "tools/compare/prediction.h"

#include <algorithm>

#include "tools/compare/clock.h"

namespace gradus::compare {
namespace {

// Of all steps of a run, when the first few are as measured. The first one prepares things.
double seconds_of_steps(const Result& probe, const Budget& budget, double steps_per_epoch) {
  if (probe.steps < 2) return probe.seconds;
  const double steps = static_cast<double>(probe.steps - 1), cost = probe.cost - probe.first_cost,
               seconds = probe.seconds - probe.first_seconds;
  switch (budget.unit) {
    case Budget::Unit::epochs:
      return probe.first_seconds + seconds / steps * std::max(0.0, budget.amount * steps_per_epoch - 1);
    case Budget::Unit::gradients:
      return cost > 0 ? seconds / cost * budget.amount : seconds;
    case Budget::Unit::seconds:
      return budget.amount;
  }
  return 0;
}

// Runs that went through the whole budget.
struct Done {
  double runs = 0, seconds = 0;
};
Done done_of(const MethodRuns::Runs& runs) {
  Done done;
  for (const auto& run : runs)
    if (run && run->result.outcome == Outcome::ok) ++done.runs, done.seconds += run->wall_seconds;
  return done;
}

}  // namespace

void Prediction::measure(const Problem& problem, Assignment probe) {
  probe.probe = true;
  const double start = now();
  const Result result = problem.run(probe);
  const double wall = now() - start;
  const double preparing = std::max(0.0, wall - result.seconds - 6 * result.evaluation_seconds);
  const double steps = seconds_of_steps(result, probe.budget, problem.steps_per_epoch(probe.batch_size));
  for (const Purpose purpose : {Purpose::tune, Purpose::final})
    expected_[static_cast<std::size_t>(purpose)] =
        preparing + steps +
        (static_cast<double>(points_of(purpose)) + problem.facts().final_evaluations) *
            result.evaluation_seconds;
}

double seconds_left(const std::vector<Prediction>& predictions, const std::vector<MethodRuns>& methods) {
  constexpr std::array purposes{Purpose::tune, Purpose::final};
  double took = 0, expected = 0;
  for (std::size_t m = 0; m < methods.size(); ++m)
    for (const Purpose purpose : purposes) {
      const Done done = done_of(methods[m].of(purpose));
      if (predictions[m].of(purpose) > 0)
        took += done.seconds, expected += done.runs * predictions[m].of(purpose);
    }
  const double slower = expected > 0 ? took / expected : 1;  // than when it was measured

  double left = 0;
  for (std::size_t m = 0; m < methods.size(); ++m)
    for (const Purpose purpose : purposes) {
      const Done done = done_of(methods[m].of(purpose));
      const double each = done.runs > 0 ? done.seconds / done.runs : slower * predictions[m].of(purpose);
      left += each * static_cast<double>(MethodRuns::missing(methods[m].of(purpose)));
    }
  return left;
}

}  // namespace gradus::compare
