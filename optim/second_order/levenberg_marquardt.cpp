#include "optim/second_order/levenberg_marquardt.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "optim/non_finite.h"
#include "optim/vector_math.h"

namespace gradus {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

StepReport ended(StepReport report, Status status, std::string message) {
  report.status = status;
  report.message = std::move(message);
  return report;
}

}  // namespace

void LevenbergMarquardtOptions::visit(OptionVisitor& o) {
  static constexpr std::string_view scalings[] = {"marquardt", "none"};
  o.choice("scaling", scaling, scalings);
  o.number("initial_damping", initial_damping, above(0));
  o.integer("dense_limit", dense_limit, at_least(0));
  o.integer("cg_iterations", cg_iterations, at_least(1));
  o.integer("max_rejections", max_rejections, at_least(0));
}

template <class Scalar>
LevenbergMarquardt<Scalar>::LevenbergMarquardt(LevenbergMarquardtOptions options)
    : options_(checked("levenberg-marquardt", options)) {}

template <class Scalar>
void LevenbergMarquardt<Scalar>::reset(const Layout& layout) {
  const Index n = layout.size();
  for (Vector<Scalar>* v : {&g_, &d_, &next_, &next_g_}) v->assign(static_cast<std::size_t>(n), 0);
  lambda_ = 0;
  const bool scaled = dense() && options_.scaling == LevenbergMarquardtOptions::Scaling::marquardt;
  D_.assign(scaled ? g_.size() : 0, 0);
  if (dense())
    matrix_.reset(name(), "dense_limit", n, options_.dense_limit);
  else
    scratch_.reset(n, options_.cg_iterations);
}

template <class Scalar>
void LevenbergMarquardt<Scalar>::visit(StateVisitor& visitor) {
  visitor.scalar("lambda", lambda_);
  visitor.vector("D", std::span(D_));
}

// G, D, and the first λ. What is not finite ends up in the report.
template <class Scalar>
void LevenbergMarquardt<Scalar>::prepare(Curvature<Scalar>& G, const Objective<Scalar>& objective,
                                         StepReport& report) {
  largest_ = 0;
  if (dense()) {
    report.evaluations.products += std::ssize(g_);
    if (const Index i = matrix_.form(G); i >= 0) {
      report =
          ended(report, Status::non_finite,
                fmt::format("The Gauss–Newton matrix is not finite in the column of {} (loss {}); θ is left "
                            "as it was.",
                            objective.element_name(i), report.loss));
      return;
    }
    const View diagonal = matrix_.diagonal();
    for (std::size_t i = 0; i < D_.size(); ++i)
      if (D_[i] = std::max(D_[i], diagonal[i]); !(D_[i] > 0)) D_[i] = 1;
    for (std::size_t i = 0; i < diagonal.size(); ++i)
      largest_ = std::max(largest_, static_cast<double>(D_.empty() ? diagonal[i] : diagonal[i] / D_[i]));
  } else if (lambda_ == 0) {
    ++report.evaluations.products;
    G.apply(g_, d_);
    largest_ = dot(View(g_), View(d_)) / report.gradient_norm / report.gradient_norm;
    if (!std::isfinite(largest_))
      report = ended(
          report, Status::non_finite,
          fmt::format("The product of the Gauss–Newton matrix and the gradient is not finite (loss {}); "
                      "θ is left as it was.",
                      report.loss));
  }
  if (lambda_ == 0) lambda_ = options_.initial_damping * (largest_ > 0 ? largest_ : 1);
}

// Σ Dᵢ vᵢ², or Σ vᵢ²/Dᵢ
template <class Scalar>
double LevenbergMarquardt<Scalar>::squares(View v, bool inverse) const {
  if (D_.empty()) return dot(v, v);
  double sum = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const double x = static_cast<double>(v[i]), D = static_cast<double>(D_[i]);
    sum += inverse ? x / D * x : D * x * x;
  }
  return sum;
}

// d, and by how much the model says that f decreases: −gᵀd − ½ dᵀG d. NaN where there is no d.
template <class Scalar>
double LevenbergMarquardt<Scalar>::solve(double lambda, Curvature<Scalar>& G, StepReport& report) {
  double damped = 0;  // gᵀd + ½ dᵀ(G + λ D)d
  if (dense()) {
    if (!matrix_.factorise(lambda, D_)) return nan;
    std::ranges::transform(g_, d_.begin(), [](Scalar g) { return -g; });
    matrix_.solve(d_);
    damped = dot(View(g_), View(d_)) / 2;
  } else {
    const auto A = [&](View v, Ref out) {
      G.apply(v, out);
      axpy(static_cast<Scalar>(lambda), v, out);
    };
    const Ref b = next_;
    std::ranges::transform(g_, b.begin(), [](Scalar g) { return -g; });
    std::ranges::fill(d_, Scalar(0));
    const auto result = conjugate_gradient(A, b, d_, scratch_, {.max_iterations = options_.cg_iterations});
    report.inner_iterations += result.iterations;
    report.evaluations.products += result.products;
    if (result.iterations == 0) return result.status == ConjugateGradientStatus::breakdown ? 0 : nan;
    damped = result.model;
  }
  return lambda / 2 * squares(d_, false) - damped;
}

// f(θ + d), and ρ: from values as long as they tell, then from gradients.
template <class Scalar>
typename LevenbergMarquardt<Scalar>::Trial LevenbergMarquardt<Scalar>::attempt(Objective<Scalar>& objective,
                                                                               double promised,
                                                                               double rounding,
                                                                               StepReport& report) {
  const double f = report.loss;
  if (promised > rounding) {
    ++report.evaluations.values;
    const double next_f = static_cast<double>(objective.value(next_));
    return {next_f, (f - next_f) / promised};
  }
  ++report.evaluations.gradients;
  const double next_f = static_cast<double>(objective.gradient(next_, next_g_));
  if (!(next_f - f <= rounding) || !(squares(next_g_, true) < squares(g_, true))) return {next_f, -1};
  return {next_f, -(dot(View(g_), View(d_)) + dot(View(next_g_), View(d_))) / 2 / promised};
}

template <class Scalar>
StepReport LevenbergMarquardt<Scalar>::step(Objective<Scalar>& objective, Ref theta) {
  if (theta.size() != g_.size())
    throw Error(
        fmt::format("[{}] θ has {} elements, but reset was called for {}.", name(), theta.size(), g_.size()));

  StepReport report;
  const double f = report.loss = static_cast<double>(objective.gradient(theta, g_));
  report.evaluations.gradients = 1;
  report.gradient_norm = norm(View(g_));
  if (!std::isfinite(f) || !std::isfinite(report.gradient_norm))
    return ended(report, Status::non_finite, non_finite_message<Scalar>(objective, f, g_));
  if (report.gradient_norm == 0)
    return ended(report, Status::converged, fmt::format("The gradient is 0 (loss {}).", f));
  Curvature<Scalar>& G = objective.gauss_newton(theta);
  prepare(G, objective, report);
  if (report.status != Status::ok) return report;

  constexpr double epsilon = std::numeric_limits<Scalar>::epsilon();
  double rounding = 8 * epsilon * std::abs(f);  // of f, and of f by that of θ
  for (std::size_t i = 0; i < g_.size(); ++i)
    rounding += epsilon / 2 * std::abs(static_cast<double>(g_[i]) * static_cast<double>(theta[i]));

  double lambda = lambda_, nu = 2;
  bool tried = false, finite = false, falling = false;
  for (Index rejections = 0; rejections <= options_.max_rejections; ++rejections, lambda *= nu, nu *= 2) {
    report.damping = lambda;
    const double promised = solve(lambda, G, report);
    std::ranges::copy(theta, next_.begin());
    axpy(Scalar(1), View(d_), next_);
    if (std::isnan(promised) || first_non_finite(View(next_)) >= 0) continue;
    tried = true;
    if (promised <= 0 || std::ranges::equal(next_, theta)) break;
    const auto [next_f, rho] = attempt(objective, promised, rounding, report);
    if (std::isfinite(next_f)) {
      if (rho > 0) {
        report.reduction_ratio = rho;
        report.step_size = 1;
        report.step_norm = norm(View(d_));
        std::ranges::copy(next_, theta.begin());
        lambda_ = std::max(lambda * std::max(1.0 / 3, 1 - std::pow(2 * rho - 1, 3)), epsilon * largest_);
        return report;
      }
      finite = true;
      // The parabola through f, its slope and this value promises s²/4(s + rise): far more than f might be rounded by?
      const double s = -dot(View(g_), View(d_)), rise = std::max(0.0, next_f - f);
      falling = falling || s / 4 * (s / (s + rise)) > 1000 * rounding;
    }
    if (promised <= rounding && rejections >= 3) break;
  }

  if (tried && !falling && (finite || report.evaluations.values == 0))
    return ended(report, Status::rounding_floor,
                 fmt::format("No step makes the loss {} smaller by more than its rounding, about {:.1g}; the "
                             "gradient's norm is {:.3g}.",
                             f, rounding, report.gradient_norm));
  return ended(
      report, Status::line_search_failed,
      fmt::format("No step with a damping from {:.3g} to {:.3g} makes the loss {} smaller: {} (gradient norm "
                  "{:.3g}, {} values).",
                  lambda_, report.damping, f,
                  !tried    ? "the damped matrix has no finite solution"
                  : !finite ? "it is finite nowhere else"
                            : "it does not fall as its gradient says",
                  report.gradient_norm, report.evaluations.values));
}

template class LevenbergMarquardt<float>;
template class LevenbergMarquardt<double>;

}  // namespace gradus
