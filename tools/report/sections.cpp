#include "tools/report/sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/pages/page.h"
#include "tools/report/answer.h"
#include "tools/report/method_page.h"
#include "tools/report/numbers.h"
#include "tools/report/style.h"

namespace gradus::report {
namespace {

using pages::escaped;

// {"learning_rate": 0.01, "dialect": "torch"} → learning_rate = 0.01, dialect = torch
std::string options_html(const Json& options) {
  std::string html;
  if (options.is_object()) {
    for (const auto& [option, value] : options.items()) {
      const std::string text = value.is_number_float() ? exact(value.get<double>())
                               : value.is_string()
                                   ? value.get<std::string>()
                                   : value.dump(-1, ' ', false, Json::error_handler_t::replace);
      html += fmt::format("{}<code>{} = {}</code>", html.empty() ? "" : ", ", escaped(option), escaped(text));
    }
  }
  return html.empty() ? "the defaults" : html;
}

std::string space_html(const TunedOption& tuned) {
  std::string values;
  for (const Json& value : tuned.values)
    values += (values.empty() ? "" : ", ") +
              (value.is_number() ? exact(value.get<double>())
                                 : value.dump(-1, ' ', false, Json::error_handler_t::replace));
  return fmt::format("<code>{}</code> {}", escaped(tuned.option),
                     tuned.values.empty()
                         ? fmt::format("from {} to {}{}", exact(tuned.low), exact(tuned.high),
                                       tuned.is_log ? ", log-uniform" : "")
                         : "of " + escaped(values));
}

std::string statuses(std::size_t ok, std::size_t diverged, std::size_t failed) {
  std::vector<std::string> words;
  if (ok) words.push_back(fmt::format("{} ok", ok));
  if (diverged) words.push_back(fmt::format("<strong>{} diverged</strong>", diverged));
  if (failed) words.push_back(fmt::format("<strong>{} failed</strong>", failed));
  return words.empty() ? "none yet" : enumerated(words);
}

std::string method_name(const MethodSummary& m) {
  return fmt::format("{}<span>{}</span>", swatch(m.index), escaped(m.plan->name));
}

std::string row(const std::string& term, const std::string& what) {
  return what.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", term, what);
}

std::string count_of(Index n) { return whole(static_cast<double>(n)); }

// The final runs' reasons for not being ok, each once.
std::string reasons(const MethodSummary& m) {
  std::vector<std::pair<std::string, std::vector<std::string>>> seeds;
  for (const Run* run : m.finals) {
    if (run->status == RunStatus::ok) continue;
    const std::string reason = run->reason.empty()
                                   ? (run->status == RunStatus::diverged ? "It diverged." : "It failed.")
                                   : run->reason;
    const auto same =
        std::ranges::find(seeds, reason, &std::pair<std::string, std::vector<std::string>>::first);
    (same == seeds.end() ? seeds.emplace_back(reason, std::vector<std::string>()) : *same)
        .second.push_back(fmt::format("{}", run->seed));
  }
  std::string html;
  for (const auto& [reason, which] : seeds)
    html += fmt::format("<p class=\"warning\">Seed{} {}: {}</p>\n", which.size() > 1 ? "s" : "",
                        enumerated(which), escaped(reason));
  return html;
}

std::string method_card(const MethodSummary& m) {
  const Run* const chosen = m.finals.empty() ? nullptr : m.finals.front();
  std::string dialect;
  const Json& options = chosen ? chosen->options : m.plan->fixed;
  if (options.contains("dialect") && options["dialect"].is_string())
    dialect = options["dialect"].get<std::string>();
  const MethodPage page = method_page(m.plan->name, dialect);

  std::string html =
      fmt::format("<article class=\"card\" id=\"method-{}\">\n<h3>{}</h3>\n", m.index, method_name(m));
  html += fmt::format("<p>{}</p>\n", page.whole.empty()
                                         ? "A method of its users' own, of which this program has no page."
                                         : escaped(page.sentence));
  if (!page.formula.empty()) html += fmt::format("<pre class=\"formula\">{}</pre>\n", escaped(page.formula));
  html += "<p>" +
          (m.plan->space.empty() ? fmt::format("Not tuned: {}.", options_html(options))
           : chosen              ? fmt::format("Chosen by tuning (trial {} of {}): {}.", chosen->trial + 1,
                                               m.plan->trials.size(), options_html(chosen->options))
                                 : std::string("Nothing is chosen yet: tuning has not ended.")) +
          "</p>\n";
  html += reasons(m);
  if (!page.whole.empty())
    html += fmt::format("<details><summary>The whole page of {}</summary><pre>{}</pre></details>\n",
                        escaped(m.plan->name), escaped(page.whole));
  return html + "</article>\n";
}

}  // namespace

std::string heading(const Summary& s) {
  const Comparison& c = s.folder->comparison;
  std::vector<std::string> facts;
  if (c.parameters > 0) facts.push_back(count_of(c.parameters) + " parameters");
  if (c.batch_size > 0) facts.push_back("batches of " + count_of(c.batch_size));
  facts.push_back(fmt::format("a budget of {} {}", exact(c.budget), c.budget_unit));
  facts.push_back(fmt::format("{} of tuning a method", counted(static_cast<std::size_t>(c.trials), "trial")));
  facts.push_back(counted(static_cast<std::size_t>(c.seeds), "seed"));
  std::string line;
  for (const std::string& fact : facts) line += (line.empty() ? "" : " · ") + escaped(fact);
  return fmt::format("<h1>{}: {} compared</h1>\n<p class=\"lead\">{}</p>\n<p class=\"muted facts\">{}</p>\n",
                     escaped(c.problem), counted(c.methods.size(), "method"), escaped(c.description), line);
}

std::string answers_html(const Summary& s) {
  std::string html;
  for (const Answer& a : answers(s)) {
    std::string names;
    for (const MethodSummary* m : a.methods) names += (names.empty() ? "" : " · ") + method_name(*m);
    html += fmt::format("<section class=\"answer\"><h2>{}</h2><strong>{}</strong><p>{}</p></section>\n",
                        escaped(a.question), names.empty() ? "none" : names, escaped(a.because));
  }
  return html.empty() ? "" : "<div class=\"answers\">\n" + html + "</div>\n";
}

std::string notices(const Summary& s) {
  const auto list = [](const char* what, const std::vector<std::string>& sentences) {
    if (sentences.empty()) return std::string();
    std::string items;
    for (const std::string& sentence : sentences) items += "<li>" + escaped(sentence) + "</li>";
    return fmt::format("<div class=\"notice\" role=\"note\"><p>{}</p><ul>{}</ul></div>\n", what, items);
  };
  return list(
             "<strong>This comparison is not finished.</strong> What is shown is of the runs that have "
             "ended.",
             s.missing) +
         list("<strong>Some files cannot be read</strong> and are left out.", s.folder->unreadable);
}

std::string method_cards(const Summary& s) {
  std::string html;
  for (const MethodSummary& m : s.methods) html += method_card(m);
  return html;
}

std::string tuning_table(const Summary& s) {
  std::string rows;
  for (const MethodSummary& m : s.methods) {
    const MethodPlan& plan = *m.plan;
    std::string space;
    for (const TunedOption& tuned : plan.space) space += (space.empty() ? "" : "<br>") + space_html(tuned);
    std::size_t ok = 0, diverged = 0, failed = 0;
    for (const Trial& trial : m.trials)
      ++(trial.run->status == RunStatus::ok         ? ok
         : trial.run->status == RunStatus::diverged ? diverged
                                                    : failed);
    const bool fixed = plan.fixed.is_object() && !plan.fixed.empty();
    rows += fmt::format(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"number\">{}</td><td>{}</td><td>{}</td><td "
        "class=\"number\">{}{}</td></tr>\n",
        method_name(m), space.empty() ? "nothing" : space, plan.trials.size(), statuses(ok, diverged, failed),
        fixed ? options_html(plan.fixed) : "–", count_of(plan.batch_size),
        plan.curvature_batch_size > 0
            ? fmt::format("<br><small>curvature: {}</small>", count_of(plan.curvature_batch_size))
            : "");
  }
  return "<div class=\"scroll\"><table><thead><tr><th>Method</th><th>Tuned</th><th "
         "class=\"number\">Trials</th><th>Their ends</th>"
         "<th>Set otherwise than by default</th><th class=\"number\">Batch</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string provenance(const Summary& s) {
  const Comparison& c = s.folder->comparison;
  std::string html = "<dl class=\"facts\">\n";
  html += row("Problem", escaped(c.problem));
  html += row("Budget of a run", escaped(fmt::format("{} {}", exact(c.budget), c.budget_unit)));
  html += row("Tuning minimises, the table ranks by", escaped(name(c.criterion)));
  html += row("Target",
              std::isnan(s.target)
                  ? ""
                  : rounded(s.target) +
                        (s.target_given ? ", set for the problem"
                                        : ", the result of the middle method, for the problem sets none"));
  html += row("Seeds", fmt::format("{} for the final runs, drawn from {}; initial parameters and the order "
                                   "of the data are the same for all methods",
                                   c.seeds, c.seed));
  html += row("Runs", fmt::format("{} of {}", s.folder->runs.size(), s.runs_expected));
  html += row(
      "Cost",
      "in gradient equivalents: 1 is the work of a gradient on all cases; a value alone counts ⅓, a Hessian "
      "product 2, a Gauss–Newton product 4⁄3, on a share of the cases that share");
  html += row("Gradus", escaped(c.version));
  html += row("Begun", escaped(c.created));
  html += row(
      "Machine",
      escaped(c.processor) +
          (c.threads > 0 ? fmt::format(", {}", counted(static_cast<std::size_t>(c.threads), "thread")) : "") +
          (c.system.empty() ? "" : "; " + escaped(c.system)));
  html += "</dl>\n";
  if (c.data.empty()) return html;
  html +=
      "<div class=\"scroll\"><table><thead><tr><th>Data</th><th>Part</th><th "
      "class=\"number\">Cases</th><th>SHA-256</th></tr></thead><tbody>\n";
  for (const DataSet& d : c.data)
    html +=
        fmt::format("<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td><td><code>{}</code></td></tr>\n",
                    escaped(d.name), escaped(d.part), count_of(d.cases), escaped(d.sha256));
  return html + "</tbody></table></div>\n";
}

}  // namespace gradus::report
