#include "optim/second_order/hessian_free.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/threads.h"
#include "optim/counting_objective.h"
#include "optim/non_finite.h"
#include "optim/vector_math.h"

namespace gradus {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double least_damping = 1e-20, most_damping = 1e20;
constexpr std::array<std::string_view, 3> matrices{"gauss-newton", "hessian", "differences"};

template <class Body>
void for_each_element(std::size_t n, Body body) {
  parallel_for(static_cast<Index>(n), 4096, [&](Index begin, Index end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) body(i);
  });
}

void refuse(StepReport& report, Status status, std::string message) {
  report.status = status;
  report.message = std::move(message);
}

}  // namespace

void HessianFreeOptions::visit(OptionVisitor& o) {
  o.choice("matrix", matrix, matrices);
  o.number("initial_damping", initial_damping, {0, most_damping});
  o.number("damping_factor", damping_factor, {1, infinity, true, false});
  o.flag("damped_ratio", damped_ratio);
  o.number("preconditioner_exponent", preconditioner_exponent, between(0, 1));
  o.number("penalty", penalty, at_least(0));
  o.number("warm_start", warm_start, between(0, 1));
  o.flag("warm_start_from_chosen", warm_start_from_chosen);
  o.integer("max_iterations", max_iterations, at_least(1));
  o.number("progress_tolerance", progress_tolerance, at_least(0));
  o.number("residual_tolerance", residual_tolerance, share);
  o.flag("backtracking", backtracking);
  o.flag("line_search", line_search);
  o.number("sufficient_decrease", sufficient_decrease, {0, 1, false, false});
  o.number("shrink", shrink, {0, 1, false, false});
  o.integer("max_trials", max_trials, at_least(1));
}

template <class Scalar>
HessianFree<Scalar>::HessianFree(HessianFreeOptions options) : options_(checked("hessian-free", options)) {}

template <class Scalar>
void HessianFree<Scalar>::reset(const Layout& layout) {
  const Index n = layout.size();
  lambda_ = options_.initial_damping;
  solution_.assign(static_cast<std::size_t>(n), 0);
  b_ = point_ = solution_;
  if (options_.preconditioner_exponent > 0) M_ = solution_;
  scratch_.reset(n, options_.max_iterations);
  iterates_.reset(n, options_.max_iterations);
  if (options_.matrix == HessianFreeOptions::Matrix::differences) differences_.reset(n);
}

template <class Scalar>
void HessianFree<Scalar>::visit(StateVisitor& visitor) {
  visitor.scalar("lambda", lambda_);
  visitor.vector("solution", std::span(solution_));
}

template <class Scalar>
StepReport HessianFree<Scalar>::step(Objective<Scalar>& objective, Ref theta) {
  if (theta.size() != b_.size())
    throw Error(fmt::format("[hessian-free] θ has {} elements, but reset was called for {}.", theta.size(),
                            b_.size()));
  StepReport report;
  CountingObjective<Scalar> counted(objective);
  run(counted, theta, report);
  report.evaluations = counted.evaluations();
  return report;
}

template <class Scalar>
void HessianFree<Scalar>::run(Objective<Scalar>& objective, Ref theta, StepReport& report) {
  report.damping = lambda_;
  report.loss = static_cast<double>(objective.gradient(theta, b_));
  report.gradient_norm = norm(View(b_));
  if (!std::isfinite(report.loss) || !std::isfinite(report.gradient_norm))
    return refuse(report, Status::non_finite, non_finite_message<Scalar>(objective, report.loss, b_));
  if (report.gradient_norm == 0)
    return refuse(report, Status::converged, fmt::format("The gradient is 0 (loss {}).", report.loss));
  for_each_element(b_.size(), [this](std::size_t i) { b_[i] = -b_[i]; });

  Curvature<Scalar>& B = curvature(objective, theta);
  if (!precondition(objective, theta))
    return refuse(
        report, Status::non_finite,
        fmt::format(
            "The squared gradients of single cases overflow (loss {}, gradient norm {:.3g}); θ is left "
            "as it was.",
            report.loss, report.gradient_norm));
  const ConjugateGradientResult solved = solve(B);
  report.inner_iterations = solved.iterations;
  if (solved.status == ConjugateGradientStatus::non_finite && solved.iterations == 0) {
    std::ranges::fill(solution_, Scalar(0));
    return refuse(
        report, Status::non_finite,
        fmt::format(
            "The first product with the curvature is not finite (loss {}, gradient norm {:.3g}, damping "
            "{:.3g}); θ is left as it was.",
            report.loss, report.gradient_norm, lambda_));
  }

  Trial trial = backtrack(objective, theta);
  const View p = iterates_.x(trial.iterate);
  if (options_.warm_start_from_chosen) std::ranges::copy(p, solution_.begin());
  report.reduction_ratio = reduction_ratio(B, theta, trial, report.loss);
  const double slope = -dot(View(b_), p), rounding = std::numeric_limits<Scalar>::epsilon() / 2;
  const bool found = search_line(objective, theta, report.loss, slope, trial);
  const bool invisible =
      !(found && trial.value < report.loss) && std::abs(slope) <= rounding * std::abs(report.loss);
  adapt_damping(invisible ? infinity : report.reduction_ratio);
  if (invisible)
    return refuse(
        report, Status::rounding_floor,
        fmt::format("The step would make the loss {} smaller by about {:.1g}, less than its rounding; the "
                    "gradient's norm is {:.3g}.",
                    report.loss, -slope, report.gradient_norm));
  if (!found) {
    const bool may_go_on = lambda_ != report.damping || B.share() != 1;
    return refuse(
        report, may_go_on ? Status::skipped : Status::line_search_failed,
        fmt::format(
            "Down to {:.2g} of the direction, no step lowers the loss {} as it should; the damping was "
            "{:.3g} and is {:.3g} now.",
            trial.alpha, report.loss, report.damping, lambda_));
  }
  const View next = point(theta, trial.iterate, trial.alpha);
  if (!std::isfinite(norm(next)))
    return refuse(report, Status::non_finite, "The step overflows θ, which is left as it was.");
  std::ranges::copy(next, theta.begin());
  report.step_size = trial.alpha;
  report.step_norm = trial.alpha * norm(p);
}

template <class Scalar>
Curvature<Scalar>& HessianFree<Scalar>::curvature(Objective<Scalar>& objective, View theta) {
  switch (options_.matrix) {
    case HessianFreeOptions::Matrix::gauss_newton:
      return objective.gauss_newton(theta);
    case HessianFreeOptions::Matrix::hessian:
      return objective.hessian(theta);
    case HessianFreeOptions::Matrix::differences:
      return differences_.at(objective, theta);
  }
  __builtin_unreachable();
}

// M = (D + λ + penalty)^ξ; 1 where that would be 0, as for the weights of an input that is always 0. Returns whether D is
// finite.
template <class Scalar>
bool HessianFree<Scalar>::precondition(Objective<Scalar>& objective, View theta) {
  if (options_.preconditioner_exponent == 0) return true;
  objective.empirical_fisher_diagonal(theta, M_);
  if (!std::isfinite(max_norm(View(M_)))) return false;
  for_each_element(M_.size(), [this, shift = lambda_ + options_.penalty](std::size_t i) {
    const auto m =
        static_cast<Scalar>(std::pow(static_cast<double>(M_[i]) + shift, options_.preconditioner_exponent));
    M_[i] = m > 0 ? m : 1;
  });
  return true;
}

template <class Scalar>
ConjugateGradientResult HessianFree<Scalar>::solve(Curvature<Scalar>& B) {
  for_each_element(solution_.size(), [this, zeta = static_cast<Scalar>(options_.warm_start)](std::size_t i) {
    solution_[i] = zeta * solution_[i];
  });
  const auto damped = [&](View v, Ref out) {
    B.apply(v, out);
    if (lambda_ > 0) axpy(static_cast<Scalar>(lambda_), v, out);
  };
  const DiagonalPreconditioner<Scalar> inverse{M_};
  return conjugate_gradient(
      damped, b_, solution_, scratch_,
      {.max_iterations = options_.max_iterations,
       .progress_tolerance = options_.progress_tolerance,
       .residual_tolerance = options_.residual_tolerance},
      options_.preconditioner_exponent > 0 ? LinearOperator<Scalar>(inverse) : LinearOperator<Scalar>(),
      &iterates_);
}

// θ + α pⱼ
template <class Scalar>
typename HessianFree<Scalar>::View HessianFree<Scalar>::point(View theta, Index iterate, double alpha) {
  for_each_element(theta.size(), [this, theta, p = iterates_.x(iterate), a = static_cast<Scalar>(alpha)](
                                     std::size_t i) { point_[i] = theta[i] + a * p[i]; });
  return point_;
}

template <class Scalar>
typename HessianFree<Scalar>::Trial HessianFree<Scalar>::try_point(Objective<Scalar>& objective, View theta,
                                                                   Index iterate, double alpha) {
  const auto value = static_cast<double>(objective.value(point(theta, iterate, alpha)));
  return {iterate, alpha, std::isnan(value) ? infinity : value};
}

template <class Scalar>
typename HessianFree<Scalar>::Trial HessianFree<Scalar>::backtrack(Objective<Scalar>& objective, View theta) {
  Trial best = try_point(objective, theta, iterates_.count() - 1, 1);
  while (options_.backtracking && best.iterate > 0) {
    const Trial earlier = try_point(objective, theta, best.iterate - 1, 1);
    if (earlier.value > best.value) break;
    best = earlier;
  }
  return best;
}

template <class Scalar>
double HessianFree<Scalar>::reduction_ratio(Curvature<Scalar>& B, View theta, const Trial& trial,
                                            double loss) {
  const View p = iterates_.x(trial.iterate);
  double after = trial.value, before = loss;
  if (B.share() != 1) {
    before = static_cast<double>(B.value(theta));
    after = static_cast<double>(B.value(point(theta, trial.iterate, 1)));
  }
  if (after > before) return -infinity;
  const double damped = iterates_.model(trial.iterate), length = norm(p);
  const double model = options_.damped_ratio ? damped : damped - lambda_ / 2 * length * length;
  return (after - before) / model;
}

// Whether there is an α; `trial` is what was looked at last.
template <class Scalar>
bool HessianFree<Scalar>::search_line(Objective<Scalar>& objective, View theta, double loss, double slope,
                                      Trial& trial) {
  const auto is_enough = [&] {
    return options_.line_search
               ? trial.value <= loss + options_.sufficient_decrease * trial.alpha * std::min(slope, 0.0)
               : std::isfinite(trial.value);
  };
  for (Index trials = 1; !is_enough(); ++trials) {
    if (!options_.line_search || trials == options_.max_trials) return false;
    trial = try_point(objective, theta, trial.iterate, options_.shrink * trial.alpha);
  }
  return true;
}

template <class Scalar>
void HessianFree<Scalar>::adapt_damping(double rho) {
  if (lambda_ == 0) return;
  if (!(rho >= 0.25)) lambda_ *= options_.damping_factor;
  if (rho > 0.75) lambda_ /= options_.damping_factor;
  lambda_ = std::clamp(lambda_, least_damping, most_damping);
}

template class HessianFree<float>;
template class HessianFree<double>;

}  // namespace gradus
