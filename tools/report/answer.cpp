#include "tools/report/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/numbers.h"

namespace gradus::report {
namespace {

const char* criterion_name(const Summary& s) { return name(s.folder->comparison.criterion); }

// On how many of the seeds that both have run a is better than b, and how many these are.
std::pair<std::size_t, std::size_t> ahead(const MethodSummary& a, const MethodSummary& b) {
  std::size_t better = 0, common = 0;
  for (std::size_t i = 0; i < a.finals.size(); ++i) {
    for (std::size_t j = 0; j < b.finals.size(); ++j) {
      if (a.finals[i]->seed != b.finals[j]->seed) continue;
      ++common;
      better += a.results[i] < b.results[j];
    }
  }
  return {better, common};
}

std::string second_place(const MethodSummary& first, const MethodSummary& second) {
  if (!std::isfinite(second.result.median)) return " No other has a result on most of its seeds.";
  if (second.rank == first.rank) return fmt::format(" {} ends with the same.", second.plan->name);
  std::string text = fmt::format(" Second is {} with {}", second.plan->name, shown(second.result.median));
  const double above = second.result.median / first.result.median;
  if (first.result.median > 0)
    text += above < 2 ? fmt::format(", {} % above", shown(100 * (above - 1)))
                      : fmt::format(", {} times as much", shown(above));
  if (const auto [better, common] = ahead(first, second); common > 0)
    text += fmt::format("; {} is ahead on {} of {}", first.plan->name, better, counted(common, "seed"));
  text += ".";
  if (second.result.low <= first.result.high && first.finals.size() > 1)
    text += " Their spreads overlap: the order of these two may be chance.";
  return text;
}

Answer winner(const Summary& s) {
  const Comparison& c = s.folder->comparison;
  const MethodSummary& first = s.methods.front();
  const std::string question = fmt::format("Lowest {}", criterion_name(s));
  if (!std::isfinite(first.result.median))
    return {question, {}, "Every method diverges or fails on most of its seeds."};
  std::string text = fmt::format(
      "{} after {} {}, the median of {}", shown(first.result.median), exact(c.budget),
      c.budget == 1 && c.budget_unit.ends_with('s') ? c.budget_unit.substr(0, c.budget_unit.size() - 1)
                                                    : c.budget_unit,
      counted(first.finals.size(), "seed"));
  if (first.finals.size() > 1)
    text += fmt::format(" ({} {} … {})", s.quartiles ? "quartiles" : "from", shown(first.result.low),
                        shown(first.result.high));
  if (const double accuracy = first.test_accuracy.median; !std::isnan(accuracy))
    text += fmt::format(", with a test accuracy of {}", percent(accuracy));
  text += ".";
  if (s.methods.size() > 1 && s.methods[1].rank > 0) text += second_place(first, s.methods[1]);
  return {question, {&first}, text};
}

std::vector<const MethodSummary*> reaching(const Summary& s) {
  std::vector<const MethodSummary*> methods;
  for (const MethodSummary& m : s.methods)
    if (std::isfinite(m.to_target[0])) methods.push_back(&m);
  return methods;
}

Answer cheapest(const Summary& s) {
  const auto methods = reaching(s);
  const auto cost = [](Axis axis) {
    return [axis](const MethodSummary* m) { return m->to_target[static_cast<std::size_t>(axis)]; };
  };
  const MethodSummary& work = **std::ranges::min_element(methods, {}, cost(Axis::gradients));
  const MethodSummary& time = **std::ranges::min_element(methods, {}, cost(Axis::seconds));
  const MethodSummary& first = s.methods.front();
  const auto work_of = [&](const MethodSummary& m) { return shown(cost(Axis::gradients)(&m)); };
  const auto time_of = [&](const MethodSummary& m) { return duration(cost(Axis::seconds)(&m)); };

  std::string text =
      &work == &time ? fmt::format("{} gradient equivalents, {}: the least work and the least time.",
                                   work_of(work), time_of(time))
                     : fmt::format("{} takes the least work, {} gradient equivalents; {} the least time, {}.",
                                   work.plan->name, work_of(work), time.plan->name, time_of(time));
  if (&first != &work && &first != &time && std::isfinite(first.to_target[0]))
    text += fmt::format(" {} takes {} and {}.", first.plan->name, work_of(first), time_of(first));
  const auto say_where_it_ends = [&](const MethodSummary& m) {
    if (!(m.result.median <= s.target))
      text += fmt::format(" {} does not stay there: it ends at {}.", m.plan->name, shown(m.result.median));
  };
  say_where_it_ends(work);
  if (&time != &work) say_where_it_ends(time);
  std::vector<std::string> never;
  for (const MethodSummary& m : s.methods)
    if (m.rank > 0 && !std::isfinite(m.to_target[0])) never.push_back(m.plan->name);
  if (never.size() > 4)
    text += fmt::format(" {} methods do not get there.", never.size());
  else if (!never.empty())
    text += fmt::format(" {} {} not get there.", enumerated(never), never.size() == 1 ? "does" : "do");
  std::vector<const MethodSummary*> winners{&work};
  if (&work != &time) winners.push_back(&time);
  return {fmt::format("Soonest at {} {}{}", criterion_name(s), rounded(s.target),
                      s.target_given ? ""
                                     : fmt::format(", which {} of {} reach", methods.size(),
                                                   counted(s.methods.size(), "method"))),
          winners, text};
}

std::string useful_range(const Sensitivity& x) {
  return x.low == x.high ? fmt::format("{} {}", x.option, rounded(x.low))
                         : fmt::format("{} {} … {}", x.option, rounded(x.low), rounded(x.high));
}

// Only of those that get to the target, where some do: to be bad at any rate is no merit.
std::vector<const MethodSummary*> tuned(const Summary& s) {
  std::vector<const MethodSummary*> methods = reaching(s);
  const auto untuned = [](const MethodSummary* m) {
    return m->sensitivity.trials < 2 || std::isnan(m->sensitivity.best);
  };
  std::erase_if(methods, untuned);
  if (!methods.empty()) return methods;
  for (const MethodSummary& m : s.methods) methods.push_back(&m);
  std::erase_if(methods, untuned);
  return methods;
}

Answer least_sensitive(const Summary& s, const std::vector<const MethodSummary*>& methods) {
  const auto robustness = [](const MethodSummary* m) {
    const Sensitivity& x = m->sensitivity;
    return std::pair(static_cast<double>(x.useful) / static_cast<double>(x.trials), x.high / x.low);
  };
  const MethodSummary& most = **std::ranges::max_element(methods, {}, robustness);
  const MethodSummary& least = **std::ranges::min_element(methods, {}, robustness);
  const MethodSummary& first = s.methods.front();
  const Sensitivity& best = most.sensitivity;
  std::string text = fmt::format("{} of {} end within a quarter above its best: {}.", best.useful,
                                 counted(best.trials, "trial"), useful_range(best));
  const auto add = [&](const MethodSummary& m, const char* who) {
    const Sensitivity& x = m.sensitivity;
    text += fmt::format(" {}{}: {} of {} ({}){}.", who, m.plan->name, x.useful, x.trials, useful_range(x),
                        x.diverged ? fmt::format("; {} diverged", x.diverged) : "");
  };
  if (&first != &most && first.sensitivity.trials > 0 && !std::isnan(first.sensitivity.best))
    add(first, "The winner, ");
  if (&least != &most && &least != &first) add(least, "The most sensitive, ");
  return {"Least sensitive to what was tuned", {&most}, text};
}

}  // namespace

std::vector<Answer> answers(const Summary& s) {
  std::vector<Answer> all;
  if (!s.methods.empty() && s.methods.front().rank > 0) {
    all.push_back(winner(s));
    if (!reaching(s).empty()) all.push_back(cheapest(s));
  }
  if (const auto methods = tuned(s); !methods.empty()) all.push_back(least_sensitive(s, methods));
  return all;
}

std::string what_spreads_are(const Summary& s) {
  std::size_t most = 0;
  for (const MethodSummary& m : s.methods) most = std::max(most, m.finals.size());
  if (most < 2) return "one seed";
  return fmt::format("the median of {}, with {}", counted(most, "seed"),
                     s.quartiles ? "quartiles" : "the smallest and the largest");
}

}  // namespace gradus::report
