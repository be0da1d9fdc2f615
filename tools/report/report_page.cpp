#include "tools/report/report_page.h"

#include <fmt/format.h>

#include "report_files/embedded.h"
#include "tools/pages/page.h"
#include "tools/report/answer.h"
#include "tools/report/chart_data.h"
#include "tools/report/curves.h"
#include "tools/report/sections.h"
#include "tools/report/style.h"

namespace gradus::report {
namespace {

namespace files = report_files;
using pages::escaped;

// Without the line that names a file which is not there.
std::string_view without_source_map(std::string_view script) {
  return script.substr(0, script.rfind("//# sourceMappingURL"));
}

std::string button(const std::string& group, const std::string& value, const std::string& text,
                   bool pressed) {
  return fmt::format("<button type=\"button\" data-{}=\"{}\" aria-pressed=\"{}\">{}</button>", group,
                     escaped(value), pressed, escaped(text));
}

std::string axis_buttons(const Summary& s) {
  const std::string& unit = s.folder->comparison.budget_unit;
  return button("axis", "epochs", "epochs", unit == "epochs") +
         button("axis", "gradients", "gradient equivalents", unit == "gradients") +
         button("axis", "seconds", "seconds", unit == "seconds");
}

std::string metric_buttons(const Summary& s) {
  std::string html;
  for (const Metric metric : all_metrics)
    if (is_known(s, metric))
      html += button("metric", key(metric), name(metric), metric == s.folder->comparison.criterion);
  return html;
}

std::string option_buttons(const Summary& s) {
  const auto options = tuned_options(s);
  std::string html;
  for (std::size_t i = 0; i < options.size(); ++i)
    html += button("option", fmt::format("{}", i), options[i], i == 0);
  return html;
}

std::string legend(const Summary& s) {
  std::string html;
  for (std::size_t i = 0; i < s.methods.size(); ++i) {
    const MethodSummary& m = s.methods[i];
    html += fmt::format(
        "<button type=\"button\" class=\"method\" data-method=\"{}\" "
        "aria-pressed=\"true\">{}<span>{}</span><output></output></button>\n",
        i, swatch(m.index), escaped(m.plan->name));
  }
  return html;
}

}  // namespace

std::string report_page(const Summary& s) {
  const std::string title = s.folder->comparison.problem + ": methods compared";
  return pages::fill(files::report_html, {{"head", pages::head(title, files::report_css)},
                                          {"heading", heading(s)},
                                          {"answers", answers_html(s)},
                                          {"notices", notices(s)},
                                          {"axes", axis_buttons(s)},
                                          {"metrics", metric_buttons(s)},
                                          {"options", option_buttons(s)},
                                          {"legend", legend(s)},
                                          {"spreads", escaped(what_spreads_are(s))},
                                          {"table", table(s)},
                                          {"methods", method_cards(s)},
                                          {"tuning", tuning_table(s)},
                                          {"provenance", provenance(s)},
                                          {"licence", escaped(files::copyright)},
                                          {"data", pages::for_script(chart_data(s))},
                                          {"dygraphs", without_source_map(files::dygraph_min_js)},
                                          {"script", files::report_js}});
}

}  // namespace gradus::report
