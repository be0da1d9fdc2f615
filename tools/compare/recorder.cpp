#include "tools/compare/recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "tools/compare/clock.h"

namespace gradus::compare {
namespace {

double loss_of(const CurvePoint& point) {
  return std::isnan(point.validation_loss) ? point.training_loss : point.validation_loss;
}

}  // namespace

Recorder::Recorder(const Assignment& assignment, double least, std::function<void(CurvePoint&)> evaluate)
    : assignment_(assignment), least_(least), evaluate_(std::move(evaluate)) {}

void Recorder::start() { take_point(0, 0, 0, 0); }

bool Recorder::step(const StepReport& report, double epoch, double cost, double seconds, bool wanted) {
  Evaluations& all = result_.evaluations;
  all.values += report.evaluations.values;
  all.gradients += report.evaluations.gradients;
  all.products += report.evaluations.products;
  epoch_ = epoch, result_.cost = cost, result_.seconds = seconds;
  if (++result_.steps == 1) {
    result_.first_cost = cost, result_.first_seconds = seconds;
    if (std::isnan(result_.curve.front().training_loss)) result_.curve.front().training_loss = report.loss;
  }
  losses_ += report.loss, ++losses_count_;

  if (assignment_.interrupted()) {
    result_.outcome = Outcome::interrupted;
    return !(over_ = true);
  }
  if (report.status == Status::non_finite) {
    result_.outcome = Outcome::diverged;
    result_.reason = report.message;
    result_.curve.push_back({.epoch = epoch, .cost = cost, .seconds = seconds});
    return !(over_ = true);
  }
  const double share = share_of(assignment_.budget, epoch, cost, seconds);
  const bool spent_all = share > 1 - 1e-9;
  constexpr Index enough_steps = 4;
  constexpr double enough_seconds = 1, enough_share = 0.1;
  const bool probed = assignment_.probe && result_.steps >= enough_steps &&
                      (result_.seconds >= enough_seconds || share >= enough_share);
  const auto due = [&] {
    return std::pow(static_cast<double>(next_point_) / static_cast<double>(assignment_.points), 1.5);
  };
  if (spent_all || wanted || (!assignment_.probe && share >= due()) || probed) {
    while (next_point_ < assignment_.points && share >= due()) ++next_point_;
    take_point(epoch, cost, seconds, share);
  }
  over_ = spent_all || probed || result_.outcome != Outcome::ok;
  return !over_;
}

void Recorder::training_accuracy(double accuracy) { result_.curve.back().training_accuracy = accuracy; }

void Recorder::take_point(double epoch, double cost, double seconds, double share) {
  CurvePoint point{.epoch = epoch, .cost = cost, .seconds = seconds};
  if (losses_count_ > 0) point.training_loss = losses_ / static_cast<double>(losses_count_);
  losses_ = 0, losses_count_ = 0;
  std::vector<double> times;
  for (int i = 0; i < (assignment_.probe ? 3 : 1); ++i) {
    const double before = now();
    evaluate_(point);
    times.push_back(now() - before);
  }
  result_.evaluation_seconds = *std::ranges::min_element(times);
  result_.curve.push_back(point);

  const double start = loss_of(result_.curve.front()), loss = loss_of(point);
  const bool left_the_scale = share >= 0.5 && loss - least_ > 10 * (start - least_);  // and did not come back
  if (!std::isfinite(loss) || left_the_scale) {
    result_.outcome = Outcome::diverged;
    result_.reason = fmt::format("The loss was {:.4g} at the start and {:.4g} after {} steps.", start, loss,
                                 result_.steps);
  }
}

Result Recorder::finish(const std::string& reason) {
  if (result_.outcome == Outcome::ok && losses_count_ > 0)
    take_point(epoch_, result_.cost, result_.seconds, 1);
  if (result_.reason.empty()) result_.reason = reason;
  const Budget& budget = assignment_.budget;
  const double share = share_of(budget, epoch_, result_.cost, result_.seconds);
  if (share > noted_share && result_.outcome != Outcome::interrupted) {
    if (result_.reason.ends_with('.')) result_.reason.pop_back();
    result_.reason +=
        fmt::format("; the last step went to {:.4g} {}.", share * budget.amount, name(budget.unit));
  }
  return std::move(result_);
}

}  // namespace gradus::compare
