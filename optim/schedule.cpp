#include "optim/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "base/nearest.h"
#include "optim/optimizer.h"

namespace gradus {
namespace schedules {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const Range rates = at_least(0), counts{1, infinity};

}  // namespace

void Constant::visit(OptionVisitor& o) { o.number("rate", rate, rates); }
void Step::visit(OptionVisitor& o) {
  o.number("rate", rate, rates);
  o.integer("every", every, counts);
  o.number("factor", factor, between(0, 1));
}
void Exponential::visit(OptionVisitor& o) {
  o.number("rate", rate, rates);
  o.number("decay", decay, between(0, 1));
}
void Polynomial::visit(OptionVisitor& o) {
  o.number("rate", rate, rates);
  o.number("final_rate", final_rate, between(0, rate));
  o.integer("steps", steps, counts);
  o.number("power", power, above(0));
}
void InverseTime::visit(OptionVisitor& o) {
  o.number("rate", rate, rates);
  o.number("decay", decay, at_least(0));
}
void InverseSqrt::visit(OptionVisitor& o) { o.number("rate", rate, rates); }
void Cosine::visit(OptionVisitor& o) {
  o.number("rate", rate, rates);
  o.number("final_rate", final_rate, between(0, rate));
  o.integer("steps", steps, counts);
}
void CosineRestarts::visit(OptionVisitor& o) {
  o.number("rate", rate, rates);
  o.number("final_rate", final_rate, between(0, rate));
  o.integer("period", period, counts);
  o.number("factor", factor, at_least(1));
}
void OneCycle::visit(OptionVisitor& o) {
  o.number("rate", rate, rates);
  o.integer("steps", steps, counts);
  o.number("rising", rising, between(0, 1));
  o.number("start_factor", start_factor, at_least(1));
  o.number("end_factor", end_factor, at_least(1));
}
void ReduceOnPlateau::visit(OptionVisitor& o) {
  o.number("rate", rate, rates);
  o.number("factor", factor, between(0, 1));
  o.integer("every", every, counts);
  o.integer("patience", patience, at_least(0));
  o.number("threshold", threshold, share);
  o.number("least_rate", least_rate, between(0, rate));
}
void Sutskever::visit(OptionVisitor& o) { o.number("rate", rate, share); }

namespace {

double half_cosine(double from, double to, double part) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * part)) / 2;
}
double real(Index i) { return static_cast<double>(i); }

// The values at step t, from 1.
double at(const Constant& s, Index) { return s.rate; }
double at(const Step& s, Index t) { return s.rate * std::pow(s.factor, real((t - 1) / s.every)); }
double at(const Exponential& s, Index t) { return s.rate * std::pow(s.decay, real(t - 1)); }
double at(const Polynomial& s, Index t) {
  const double left = 1 - real(std::min(t - 1, s.steps)) / real(s.steps);
  return (s.rate - s.final_rate) * std::pow(left, s.power) + s.final_rate;
}
double at(const InverseTime& s, Index t) { return s.rate / (1 + s.decay * real(t - 1)); }
double at(const InverseSqrt& s, Index t) { return s.rate / std::sqrt(real(t)); }
double at(const Cosine& s, Index t) {
  return half_cosine(s.rate, s.final_rate, real(std::min(t - 1, s.steps)) / real(s.steps));
}
double at(const CosineRestarts& s, Index t) {
  double begin = 0, length = real(s.period);
  if (s.factor == 1)
    begin = real((t - 1) / s.period) * length;
  else
    for (; begin + length <= real(t - 1); length *= s.factor) begin += length;
  return half_cosine(s.rate, s.final_rate, (real(t - 1) - begin) / length);
}
double at(const OneCycle& s, Index t) {
  const double done = std::min(1.0, real(t - 1) / std::max(1.0, real(s.steps - 1))),
               first = s.rate / s.start_factor;
  if (done < s.rising) return half_cosine(first, s.rate, done / s.rising);
  return half_cosine(s.rate, first / s.end_factor, s.rising < 1 ? (done - s.rising) / (1 - s.rising) : 0);
}
double at(const ReduceOnPlateau& s, Index) { return s.rate; }
double at(const Sutskever& s, Index t) {
  return std::min(1 - std::exp2(-1 - std::log2(std::floor(real(t) / 250) + 1)), s.rate);
}

constexpr std::array<std::string_view, 11> names{
    "constant",     "step",   "exponential",     "polynomial", "inverse-time",
    "inverse-sqrt", "cosine", "cosine-restarts", "one-cycle",  "reduce-on-plateau",
    "sutskever"};

}  // namespace
}  // namespace schedules

Schedule::Schedule(double constant) : kind_(schedules::Constant{constant}) {}
Schedule::Schedule(Any kind) : kind_(std::move(kind)) {}

Schedule Schedule::after_warmup(Index steps) && {
  warmup_ = steps;
  return std::move(*this);
}

double Schedule::operator()(Index t) const {
  const Index after = std::max<Index>(1, t - warmup_);
  double value = std::visit([after](const auto& kind) { return schedules::at(kind, after); }, kind_);
  if (const auto* plateau = std::get_if<schedules::ReduceOnPlateau>(&kind_))
    value = std::max(value * plateau_.reduced, plateau->least_rate);
  return t <= warmup_ ? value * schedules::real(t) / schedules::real(warmup_) : value;
}

double Schedule::rate() const {
  return std::visit([](const auto& kind) { return kind.rate; }, kind_);
}

void Schedule::observe(Index t, double loss) {
  const auto* options = std::get_if<schedules::ReduceOnPlateau>(&kind_);
  if (!options || t <= warmup_) return;
  auto& [sum, least, reduced, observed, means, waited] = plateau_;
  sum += loss;
  if (++observed % options->every != 0) return;
  const double mean = std::exchange(sum, 0) / schedules::real(options->every);
  if (means++ == 0 || mean < least - options->threshold * std::abs(least)) {
    least = mean;
    waited = 0;
  } else if (++waited > options->patience) {
    reduced *= options->factor;
    waited = 0;
  }
}

void Schedule::reset() { plateau_ = {}; }

void Schedule::visit(StateVisitor& visitor, std::string_view of) {
  if (!std::holds_alternative<schedules::ReduceOnPlateau>(kind_)) return;
  const auto named = [of](const char* name) { return fmt::format("{} {}", of, name); };
  visitor.scalar(named("sum"), plateau_.sum);
  visitor.scalar(named("least"), plateau_.least);
  visitor.scalar(named("reduced"), plateau_.reduced);
  visitor.integer(named("observed"), plateau_.observed);
  visitor.integer(named("means"), plateau_.means);
  visitor.integer(named("waited"), plateau_.waited);
}

void Schedule::visit(OptionVisitor& visitor) {
  std::visit([&](auto& kind) { kind.visit(visitor); }, kind_);
  visitor.integer("warmup", warmup_, at_least(0));
}

std::string_view Schedule::name() const { return schedules::names[kind_.index()]; }

Schedule Schedule::from_name(std::string_view name, double rate) {
  const std::size_t wanted = find_name("schedule", name, schedules::names);
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    Any kind;
    ((i == wanted ? static_cast<void>(kind.emplace<i>()) : void()), ...);
    std::visit([rate](auto& of_any) { of_any.rate = rate; }, kind);
    return Schedule(std::move(kind));
  }
  (std::make_index_sequence<std::variant_size_v<Any>>{});
}

}  // namespace gradus
