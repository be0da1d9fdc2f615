#include "optim/first_order/first_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/threads.h"
#include "optim/non_finite.h"
#include "optim/vector_math.h"

namespace gradus {

template <class Scalar>
FirstOrder<Scalar>::FirstOrder(std::string name, Schedule learning_rate, const Guards& guards)
    : name_(std::move(name)), learning_rate_(std::move(learning_rate)), guards_(guards) {}

template <class Scalar>
void FirstOrder<Scalar>::all_schedules(const Schedules& each) {
  each("learning_rate", learning_rate_);
  schedules(each);
}

template <class Scalar>
void FirstOrder<Scalar>::reset(const Layout& layout) {
  layout_ = layout;
  t_ = skipped_ = 0;
  all_schedules([](std::string_view, Schedule& schedule) { schedule.reset(); });
  const auto n = static_cast<std::size_t>(layout.size());
  g_.assign(n, 0);
  state([n](std::string_view, Vector<Scalar>& values) { values.assign(n, 0); });
  begin(layout_);
}

template <class Scalar>
void FirstOrder<Scalar>::visit(StateVisitor& visitor) {
  visitor.integer("t", t_);
  visitor.integer("skipped", skipped_);
  all_schedules([&](std::string_view name, Schedule& schedule) { schedule.visit(visitor, name); });
  visit_numbers(visitor);
  state([&](std::string_view symbol, Vector<Scalar>& values) { visitor.vector(symbol, std::span(values)); });
}

template <class Scalar>
typename FirstOrder<Scalar>::View FirstOrder<Scalar>::point(Index, View theta) {
  return theta;
}

template <class Scalar>
StepReport FirstOrder<Scalar>::refuse(StepReport report, std::string message) {
  report.message = std::move(message);
  if (skipped_ < guards_.skip_non_finite) {
    ++skipped_;
    report.status = Status::skipped;
    report.message +=
        fmt::format(" The step was left out, {} of {} in a row.", skipped_, guards_.skip_non_finite);
  } else {
    report.status = Status::non_finite;
  }
  return report;
}

template <class Scalar>
StepReport FirstOrder<Scalar>::step(Objective<Scalar>& objective, Ref theta) {
  check_size(name_, theta.size(), g_.size());
  const Index t = t_ + 1;
  const double eta = learning_rate_(t);
  const View g = g_, at = point(t, theta);
  StepReport report;
  report.loss = static_cast<double>(objective.gradient(at, g_));
  report.evaluations.gradients = 1;
  report.gradient_norm = norm(g);

  if (!std::isfinite(report.loss) || !std::isfinite(report.gradient_norm)) {
    std::string message = non_finite_message(objective, report.loss, g, fmt::format(" in step {}", t));
    if (!std::isfinite(report.loss) && t > 1)
      message += fmt::format(" A smaller learning rate than {} may help.", eta);
    return refuse(report, std::move(message));
  }

  double scale = 1;
  const bool changed = guards_.l2 != 0 || std::isfinite(guards_.clip_value);
  if (changed) {
    const auto l2 = static_cast<Scalar>(guards_.l2), most = static_cast<Scalar>(guards_.clip_value);
    parallel_for_each(std::ssize(g_),
                      [&](std::size_t i) { g_[i] = std::clamp(g_[i] + l2 * at[i], -most, most); });
  }
  if (std::isfinite(guards_.clip_norm))
    if (const double length = changed ? norm(g) : report.gradient_norm; length > guards_.clip_norm)
      scale = guards_.clip_norm / length;

  const Change change = update({.t = t,
                                .eta = eta,
                                .g = g,
                                .theta = theta,
                                .layout = layout_,
                                .objective = objective,
                                .evaluations = report.evaluations,
                                .around = {.scale = static_cast<Scalar>(scale),
                                           .decay = static_cast<Scalar>(eta * guards_.decoupled_weight_decay),
                                           .low = static_cast<Scalar>(guards_.box_low),
                                           .high = static_cast<Scalar>(guards_.box_high)}});
  if (change.refused)
    return refuse(report, fmt::format("{} of {} is {} in step {} (loss {}); θ is left as it was.",
                                      change.refused, objective.element_name(change.first_non_finite),
                                      shown(change.value), t, report.loss));
  t_ = t;
  skipped_ = 0;
  all_schedules([&](std::string_view, Schedule& schedule) { schedule.observe(t, report.loss); });
  report.step_norm = change.length;
  if (const Index i = change.first_non_finite; i >= 0) {
    report.status = Status::non_finite;
    report.message = fmt::format(
        "Step {} overflows {} or its state (learning rate {}, gradient {}); they are left as they were.", t,
        objective.element_name(i), eta, g[static_cast<std::size_t>(i)]);
  }
  return report;
}

template class FirstOrder<float>;
template class FirstOrder<double>;

}  // namespace gradus
