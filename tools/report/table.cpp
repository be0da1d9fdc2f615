// The table of the page: a row for each method.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/pages/page.h"
#include "tools/report/answer.h"
#include "tools/report/numbers.h"
#include "tools/report/sections.h"
#include "tools/report/style.h"

namespace gradus::report {
namespace {

using pages::escaped;

// Where the seeds' results lie: on one scale for all methods, logarithmic where that is possible.
class Strips {
 public:
  explicit Strips(const Summary& summary) {
    for (const MethodSummary& m : summary.methods) {
      for (const double x : m.results) {
        if (!std::isfinite(x)) continue;
        low_ = std::min(low_, x);
        high_ = std::max(high_, x);
      }
    }
    is_log_ = low_ > 0;
  }

  std::string of(const MethodSummary& m) const {
    std::string svg = fmt::format(
        "<svg class=\"strip\" width=\"{}\" height=\"22\" style=\"color:var(--series-{})\" "
        "aria-hidden=\"true\"><path class=\"rail\" d=\"M0 11H{}\"/>",
        width, style_of(m.index).color, width);
    for (const double x : m.results) {
      svg += std::isfinite(x) ? fmt::format("<circle cx=\"{:.1f}\" cy=\"11\" r=\"3.5\"/>", place(x))
                              : fmt::format("<path class=\"lost\" d=\"M{0} 7l7 8m0-8l-7 8\"/>", width - 10);
    }
    if (std::isfinite(m.result.median))
      svg += fmt::format("<path class=\"median\" d=\"M{:.1f} 2V20\"/>", place(m.result.median));
    return svg + "</svg>";
  }
  const char* scale() const { return is_log_ ? "logarithmic" : "linear"; }

 private:
  static constexpr int width = 170, margin = 8, lost = 12;  // at its right end what diverged

  double place(double x) const {
    const auto f = [this](double y) { return is_log_ ? std::log(y) : y; };
    const double share = high_ > low_ ? (f(x) - f(low_)) / (f(high_) - f(low_)) : 0.5;
    return margin + share * (width - 2 * margin - lost);
  }
  double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
  bool is_log_ = false;
};

std::string cell(double value, const std::string& text, const std::string& note = "") {
  return fmt::format("<td class=\"number\" data-value=\"{}\">{}{}</td>", value, text,
                     note.empty() ? "" : "<small>" + note + "</small>");
}

std::string accuracy(const Spread& s) {
  return cell(s.median, percent(s.median),
              std::isnan(s.median) || s.low == s.high
                  ? ""
                  : fmt::format("{:.2f} … {:.2f}", 100 * s.low, 100 * s.high));
}

std::string to_target(const MethodSummary& m, Axis axis) {
  const double x = m.to_target[static_cast<std::size_t>(axis)];
  if (m.finals.empty()) return cell(unknown, "");
  return cell(x,
              std::isinf(x)           ? "<span class=\"never\">not reached</span>"
              : axis == Axis::seconds ? duration(x)
                                      : shown(x),
              m.reached > 0 && m.reached < m.finals.size()
                  ? fmt::format("{} of {} seeds", m.reached, m.finals.size())
                  : "");
}

std::string useful(const Sensitivity& x) {
  if (x.trials == 0) return cell(unknown, "not tuned");
  if (std::isnan(x.best)) return cell(0, fmt::format("0 of {}", x.trials));
  return cell(static_cast<double>(x.useful) / static_cast<double>(x.trials),
              fmt::format("{} of {}", x.useful, x.trials),
              (x.low == x.high ? rounded(x.low) : fmt::format("{} … {}", rounded(x.low), rounded(x.high))) +
                  (x.option == "learning_rate" ? std::string() : fmt::format(" {}", escaped(x.option))));
}

std::string ends(const MethodSummary& m) {
  if (m.finals.empty()) return cell(0, "none yet");
  std::string note;
  if (m.diverged) note += fmt::format("{} diverged", m.diverged);
  if (m.failed) note += fmt::format("{}{} failed", note.empty() ? "" : ", ", m.failed);
  return cell(static_cast<double>(m.ok), fmt::format("{} ok", m.ok), note);
}

}  // namespace

std::string table(const Summary& s) {
  constexpr Axis axes[] = {Axis::gradients, Axis::seconds, Axis::epochs};
  const bool any_validation = std::ranges::any_of(
      s.methods, [](const MethodSummary& m) { return !std::isnan(m.validation_accuracy.median); });
  const bool any_test = std::ranges::any_of(
      s.methods, [](const MethodSummary& m) { return !std::isnan(m.test_accuracy.median); });
  const bool any_error = std::ranges::any_of(
      s.methods, [](const MethodSummary& m) { return !std::isnan(m.squared_error.median); });
  const Strips strips(s);
  const std::string target = std::isnan(s.target) ? "" : rounded(s.target);

  std::string head;
  const auto column = [&](const std::string& title, const char* kind = "number") {
    head +=
        fmt::format("<th class=\"{}\" scope=\"col\"><button type=\"button\" class=\"sort\">{}</button></th>",
                    kind, escaped(title));
  };
  column("Rank");
  column("Method", "name");
  column(fmt::format("Final {}", name(s.folder->comparison.criterion)));
  head += fmt::format("<th scope=\"col\">Seeds <small>{}, left is better</small></th>", strips.scale());
  if (any_test) column("Test accuracy");
  if (!target.empty())
    for (const Axis axis : axes)
      column(fmt::format("{} to {}",
                         axis == Axis::epochs    ? "Epochs"
                         : axis == Axis::seconds ? "Time"
                                                 : "Gradients",
                         target));
  column("Useful trials");
  column("Runs");
  if (any_validation) column("Validation accuracy");
  if (any_error) column("Squared error");
  column("Time in all");
  column("Gradients in all");
  column("Steps");

  std::string rows;
  for (const MethodSummary& m : s.methods) {
    rows += "<tr>" +
            cell(m.rank ? static_cast<double>(m.rank) : unknown, m.rank ? fmt::format("{}", m.rank) : "–");
    rows += fmt::format("<th scope=\"row\" class=\"name\"><a href=\"#method-{}\">{}<span>{}</span></a></th>",
                        m.index, swatch(m.index), escaped(m.plan->name));
    const bool infinite = std::isinf(m.result.median);
    rows += cell(m.result.median, infinite ? (m.diverged > 0 ? "diverges" : "fails") : shown(m.result.median),
                 infinite || m.finals.size() < 2
                     ? ""
                     : fmt::format("{} … {}", shown(m.result.low), shown(m.result.high)));
    rows += "<td>" + strips.of(m) + "</td>";
    if (any_test) rows += accuracy(m.test_accuracy);
    if (!target.empty())
      for (const Axis axis : axes) rows += to_target(m, axis);
    rows += useful(m.sensitivity) + ends(m);
    if (any_validation) rows += accuracy(m.validation_accuracy);
    if (any_error) rows += cell(m.squared_error.median, shown(m.squared_error.median));
    rows += cell(m.seconds.median, duration(m.seconds.median)) +
            cell(m.gradients.median, shown(m.gradients.median)) +
            cell(m.steps.median, shown(m.steps.median)) + "</tr>\n";
  }
  return fmt::format(
      "<div class=\"scroll\"><table "
      "class=\"sortable\"><thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody></table></div>\n",
      head, rows);
}

}  // namespace gradus::report
