#include "optim/minimize.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "optim/counting_objective.h"
#include "optim/vector_math.h"

namespace gradus {
namespace {

void check(const Stop& stop) {
  if (stop.max_steps < 0)
    throw Error(fmt::format("[minimize] max_steps must be at least 0, not {}.", stop.max_steps));
  if (!(stop.gradient_norm >= 0))
    throw Error(fmt::format("[minimize] gradient_norm must be at least 0, not {}.", stop.gradient_norm));
  if (!(stop.max_cost > 0))
    throw Error(fmt::format("[minimize] max_cost must be positive, not {}.", stop.max_cost));
  if (!(stop.max_seconds > 0))
    throw Error(fmt::format("[minimize] max_seconds must be positive, not {}.", stop.max_seconds));
}

template <class Scalar>
void check(Objective<Scalar>& objective, std::span<const Scalar> theta) {
  if (std::ssize(theta) != objective.size())
    throw Error(fmt::format("[minimize] θ has {} elements, but the objective is a function of {}.",
                            theta.size(), objective.size()));
  if (const Index i = first_non_finite(theta); i >= 0)
    throw Error(fmt::format("[minimize] the search cannot begin where {} is {}.", objective.element_name(i),
                            theta[static_cast<std::size_t>(i)]));
}

template <class Scalar>
MinimizeResult run(Objective<Scalar>& original, std::span<Scalar> theta, Optimizer<Scalar>& optimizer,
                   const Stop& stop, const std::function<void(Iteration<Scalar>&)>& callback) {
  check(stop);
  check<Scalar>(original, theta);
  CountingObjective<Scalar> objective(original);
  Vector<Scalar> g(theta.size());
  optimizer.reset(objective.layout());

  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  MinimizeResult result;
  const auto look = [&] {
    result.loss = static_cast<double>(objective.gradient(theta, g));
    result.gradient_norm = norm(g);
    return result.converged = std::isfinite(result.loss) && result.gradient_norm <= stop.gradient_norm;
  };

  while (result.reason.empty()) {
    if (result.steps >= stop.max_steps) {
      result.reason = fmt::format("Stopped after {} steps, as many as were allowed.", result.steps);
    } else if (objective.cost() >= stop.max_cost) {
      result.reason =
          fmt::format("Stopped after {} steps and work worth {:.1f} gradients, of {:.1f} allowed.",
                      result.steps, objective.cost(), stop.max_cost);
    } else if (const double s = seconds(); s >= stop.max_seconds) {
      result.reason = fmt::format("Stopped after {} steps and {:.3g} seconds, of {:.3g} allowed.",
                                  result.steps, s, stop.max_seconds);
    } else {
      const StepReport report = optimizer.step(objective, theta);
      result.status = report.status;
      ++result.steps;
      Iteration<Scalar> iteration{result.steps, report, theta, objective.cost()};
      if (callback) callback(iteration);
      if (report.status != Status::ok && report.status != Status::skipped)
        result.reason =
            fmt::format("{} stopped at step {}: {}", optimizer.name(), result.steps, report.message);
      else if (iteration.stop)
        result.reason = fmt::format("Stopped by the callback after {} steps.", result.steps);
      else if (report.gradient_norm <= stop.gradient_norm && look())  // small where the step began: and now?
        break;
    }
  }
  if (result.converged || look())
    result.reason = fmt::format("Converged after {} steps: the gradient's norm is {:.3g}, at most {:.3g}.",
                                result.steps, result.gradient_norm, stop.gradient_norm);
  result.evaluations = objective.evaluations();
  result.cost = objective.cost();
  result.seconds = seconds();
  return result;
}

}  // namespace

MinimizeResult minimize(Objective<float>& objective, std::span<float> theta, Optimizer<float>& optimizer,
                        const Stop& stop, const std::function<void(Iteration<float>&)>& callback) {
  return run(objective, theta, optimizer, stop, callback);
}
MinimizeResult minimize(Objective<double>& objective, std::span<double> theta, Optimizer<double>& optimizer,
                        const Stop& stop, const std::function<void(Iteration<double>&)>& callback) {
  return run(objective, theta, optimizer, stop, callback);
}

}  // namespace gradus
