#include "tools/compare/function_problem.h"

#include <fmt/format.h>

#include <utility>

#include "optim/counting_objective.h"
#include "optim/registry.h"
#include "tools/compare/clock.h"
#include "tools/compare/recorder.h"

namespace gradus::compare {

FunctionProblem::FunctionProblem(const std::string& name, FunctionSpec spec) : spec_(std::move(spec)) {
  facts_ = {.name = name,
            .description = spec_.description,
            .kind = Facts::Kind::function,
            .parameters = spec_.parameters,
            .criterion = spec_.noisy ? "validation_loss" : "training_loss",
            .target = spec_.target,
            .data = {},
            .final_evaluations = 1};
}

void FunctionProblem::check(const std::string& method, const std::string& options) const {
  const auto optimizer = make_optimizer<double>(method, options);
  FunctionRun f = spec_.begin(0);
  if (f.draw) f.draw(0);
  optimizer->reset(f.objective->layout());
  optimizer->step(*f.objective, f.start);  // refuses what the function does not offer
}

Result FunctionProblem::run(const Assignment& a) const {
  FunctionRun f = spec_.begin(a.seed);
  Vector<double>& theta = f.start;
  const auto optimizer = make_optimizer<double>(a.method, a.options);
  Recorder recorder(a, spec_.least, [&](CurvePoint& point) {
    if (spec_.noisy)
      point.validation_loss = f.exact(theta);
    else
      point.training_loss = f.objective->value(theta);
  });

  CountingObjective<double> counted(*f.objective);
  optimizer->reset(counted.layout());
  recorder.start();
  std::string reason = fmt::format("Spent {}.", to_string(a.budget));
  double seconds = 0;
  for (std::uint64_t t = 0;; ++t) {
    const double start = now();
    if (f.draw) f.draw(t);
    const StepReport report = optimizer->step(counted, theta);
    seconds += now() - start;
    if (!recorder.step(report, static_cast<double>(t + 1), counted.cost(), seconds)) break;
    // Another step would be the same again, unless what it sees is drawn anew.
    if (!spec_.noisy && report.status != Status::ok && report.status != Status::skipped) {
      reason = report.message;
      break;
    }
  }
  Result result = recorder.finish(reason);
  if (result.outcome == Outcome::ok && !a.probe)
    (spec_.noisy ? result.final.validation_loss : result.final.training_loss) =
        spec_.noisy ? f.exact(theta) : f.objective->value(theta);
  return result;
}

}  // namespace gradus::compare
