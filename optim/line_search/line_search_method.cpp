#include "optim/line_search/line_search_method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/threads.h"
#include "optim/non_finite.h"
#include "optim/vector_math.h"

namespace gradus {
namespace {

// Steps that lead nowhere, until that is taken for the rounding floor.
constexpr Index most_idle = 10;

template <class Scalar>
double rounding() {
  return std::numeric_limits<Scalar>::epsilon() / 2;
}

}  // namespace

// φ, and the vectors of its last point.
template <class Scalar>
class LineSearchMethod<Scalar>::Line : public LineFunction {
 public:
  Line(LineSearchMethod& method, Objective<Scalar>& objective, View theta, Evaluations& evaluations)
      : method_(method), objective_(objective), theta_(theta), evaluations_(evaluations) {}

  LinePoint at(double alpha) override {
    go_to(alpha);
    ++evaluations_.gradients;
    last_.value = static_cast<double>(objective_.gradient(method_.next_, method_.next_g_));
    method_.expect_same_version(objective_);
    last_.slope = dot(View(method_.next_g_), View(method_.d_));
    return last_;
  }
  LinePoint value_at(double alpha) override {
    go_to(alpha);
    ++evaluations_.values;
    last_.value = static_cast<double>(objective_.value(method_.next_));
    method_.expect_same_version(objective_);
    last_.slope = std::numeric_limits<double>::quiet_NaN();
    return last_;
  }
  const LinePoint& last() const { return last_; }
  void go_to(double alpha) {
    last_.alpha = alpha;
    const auto a = static_cast<Scalar>(alpha);
    const Ref next = method_.next_;
    const View d = method_.d_;
    parallel_for_each(std::ssize(next), [&](std::size_t i) { next[i] = theta_[i] + a * d[i]; });
  }

 private:
  LineSearchMethod& method_;
  Objective<Scalar>& objective_;
  View theta_;
  Evaluations& evaluations_;
  LinePoint last_{std::numeric_limits<double>::quiet_NaN(), 0, 0};
};

template <class Scalar>
void LineSearchMethod<Scalar>::reset(const Layout& layout) {
  begin(layout);
  const auto n = static_cast<std::size_t>(layout.size());
  for (Vector<Scalar>* vector : {&g_, &d_, &next_, &next_g_}) vector->assign(n, 0);
  known_ = false;
  alpha_ = slope_ = 0;
  idle_ = 0;
}

template <class Scalar>
void LineSearchMethod<Scalar>::visit(StateVisitor& visitor) {
  visitor.scalar("alpha", alpha_);
  visitor.scalar("slope", slope_);
  visitor.integer("idle steps", idle_);
  visitor.scalar("idle from loss", idle_loss_);
  visitor.scalar("idle from gradient norm", idle_norm_);
  visitor.vector("d", std::span(d_));
  visit_state(visitor);
}

template <class Scalar>
void LineSearchMethod<Scalar>::forget_all() {
  alpha_ = slope_ = 0;
  forget();
}

template <class Scalar>
double LineSearchMethod<Scalar>::Point::first_alpha(double slope) const {
  return last_alpha == 0 ? std::min(1.0, 1 / gradient_norm) : last_alpha * last_slope / slope;
}

template <class Scalar>
bool LineSearchMethod<Scalar>::known(const Objective<Scalar>& objective, View theta) const {
  return known_ && objective.version() == version_ && std::ranges::equal(theta, next_);
}

template <class Scalar>
void LineSearchMethod<Scalar>::expect_same_version(const Objective<Scalar>& objective) const {
  if (objective.version() == version_) return;
  throw Error(
      fmt::format("[{}] all losses of one step must be of one function, but the objective's version() "
                  "changed from {} to {} "
                  "during the step; θ is left as it was. Choose the next batch between steps.",
                  name_, version_, objective.version()));
}

template <class Scalar>
StepReport LineSearchMethod<Scalar>::step(Objective<Scalar>& objective, Ref theta) {
  if (theta.size() != g_.size())
    throw Error(
        fmt::format("[{}] θ has {} elements, but reset was called for {}.", name_, theta.size(), g_.size()));

  StepReport report;
  const bool same_function = objective.version() == version_;
  if (!known(objective, theta)) {
    known_ = false;
    version_ = objective.version();
    loss_ = static_cast<double>(objective.gradient(theta, g_));
    ++report.evaluations.gradients;
    expect_same_version(objective);
  }
  report.loss = loss_;
  report.gradient_norm = norm(View(g_));
  if (!std::isfinite(report.loss) || !std::isfinite(report.gradient_norm)) {
    report.status = Status::non_finite;
    report.message = non_finite_message<Scalar>(objective, report.loss, g_);
    return report;
  }
  if (report.gradient_norm == 0) {
    report.status = Status::converged;
    report.message = fmt::format("The gradient is 0 (loss {}).", report.loss);
    return report;
  }

  const bool idle = same_function && alpha_ != 0 && report.gradient_norm >= idle_norm_ &&
                    std::abs(loss_ - idle_loss_) <= 16 * rounding<Scalar>() * std::abs(loss_);
  if (!idle) {
    idle_loss_ = loss_;
    idle_norm_ = report.gradient_norm;
  }
  idle_ = idle ? idle_ + 1 : 0;
  if (idle_ >= most_idle) {
    report.status = Status::rounding_floor;
    report.message = fmt::format(
        "The last {} steps changed the loss {} by no more than its rounding, and made the gradient, of norm "
        "{:.3g}, no smaller.",
        idle_, report.loss, report.gradient_norm);
    return report;
  }

  double first =
      direction({objective, theta, g_, report.loss, report.gradient_norm, alpha_, slope_}, d_, report);
  if (report.status != Status::ok) return report;
  double slope = dot(View(g_), View(d_));
  bool steepest = !(slope < 0) || !std::isfinite(slope);
  const auto take_steepest = [&] {
    forget_all();
    std::ranges::transform(g_, d_.begin(), [](Scalar g) { return -g; });
    slope = -report.gradient_norm * report.gradient_norm;
    first = std::min(1.0, 1 / report.gradient_norm);
    steepest = true;
  };
  if (steepest) take_steepest();

  known_ = false;
  Line line(*this, objective, theta, report.evaluations);
  const auto search = [&] { return search_(line, {0, report.loss, slope}, first, rounding<Scalar>()); };
  LineSearchResult found = search();
  if (found.status != LineSearchStatus::ok && !steepest) {
    const bool lower = found.status == LineSearchStatus::failed && found.point.alpha > 0;
    if (lower) {
      forget_all();
    } else {
      take_steepest();
      found = search();
    }
  }
  commit(objective, line, found, slope, theta, report);
  return report;
}

// Moves θ to the point that was found, and says how the search ended.
template <class Scalar>
void LineSearchMethod<Scalar>::commit(Objective<Scalar>& objective, Line& line, const LineSearchResult& found,
                                      double slope, Ref theta, StepReport& report) {
  if (found.status == LineSearchStatus::rounding_floor || slope == 0) {  // 0: ‖g‖² underflows
    report.status = Status::rounding_floor;
    report.message = fmt::format(
        "No step along the steepest descent makes the loss {} smaller by more than its rounding, about "
        "{:.1g}; the gradient's norm is {:.3g}.",
        report.loss, std::abs(report.loss) * rounding<Scalar>(), report.gradient_norm);
  } else if (found.point.alpha == 0) {
    report.status = Status::line_search_failed;
    report.message = fmt::format(
        "The line search found no acceptable step, not even along the steepest descent: {} (loss {}, "
        "gradient norm {:.3g}, {} evaluations).",
        found.reason, report.loss, report.gradient_norm, found.evaluations);
  }
  if (found.point.alpha == 0) return;

  const double alpha = found.point.alpha;
  bool has_gradient = line.last().alpha == alpha && !std::isnan(line.last().slope);
  const bool needs_gradient = learns_from_gradient(objective);
  if (!has_gradient && needs_gradient) {
    line.at(alpha);
    has_gradient = true;
  } else if (line.last().alpha != alpha) {
    line.go_to(alpha);
  }
  if (const Index i = first_non_finite(View(next_)); i >= 0) {
    report.status = Status::non_finite;
    report.message = fmt::format("The step overflows element {} of θ, which is left as it was.", i);
    return;
  }
  report.step_size = alpha;
  report.step_norm = alpha * norm(View(d_));
  const View next_g = needs_gradient ? View(next_g_) : View();
  if (std::isfinite(norm(next_g)))
    moved({objective, theta, next_, g_, next_g, d_, alpha, slope, report.evaluations});
  alpha_ = alpha;
  slope_ = slope;
  std::ranges::copy(next_, theta.begin());
  known_ = has_gradient;
  if (has_gradient) {
    loss_ = line.last().value;
    std::swap(g_, next_g_);
  }
}

template class LineSearchMethod<float>;
template class LineSearchMethod<double>;

}  // namespace gradus
