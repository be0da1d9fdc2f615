#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "base/atomic_file.h"
#include "base/error.h"
#include "tools/gradus/commands.h"
#include "tools/gradus/data.h"
#include "tools/report/answer.h"
#include "tools/report/csv.h"
#include "tools/report/figures.h"
#include "tools/report/numbers.h"
#include "tools/report/report_page.h"

namespace gradus::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string folder, output, csv, figures;
};

void check_folder(const std::string& folder, const char* option) {
  std::error_code none;
  if (!folder.empty() && fs::exists(folder, none) && !fs::is_directory(folder, none))
    throw Error(fmt::format("[{}] {} is no folder; name one, or one that is not there yet.", option, folder));
}

int run(const Options& o) {
  const fs::path output = o.output.empty() ? fs::path(o.folder) / "report.html" : fs::path(o.output);
  const report::Folder folder = report::read_folder(o.folder);
  check_writable(output, "--output");
  check_folder(o.csv, "--csv");
  check_folder(o.figures, "--figures");
  const report::Summary summary = report::summarise(folder);
  for (const std::string& file : folder.unreadable) fmt::print(stderr, "{} It is left out.\n", file);
  try {
    write_file_atomically(output, report::report_page(summary));
    fmt::print("{}: {}, {} of {} runs.\n", output.string(), report::counted(summary.methods.size(), "method"),
               folder.runs.size(), summary.runs_expected);
    for (const report::Answer& answer : report::answers(summary)) {
      std::vector<std::string> names;
      for (const report::MethodSummary* method : answer.methods) names.push_back(method->plan->name);
      fmt::print("{}: {}. {}\n", answer.question, names.empty() ? "none" : report::enumerated(names),
                 answer.because);
    }
    if (!o.csv.empty()) {
      report::write_csv(summary, o.csv);
      fmt::print("{}: curves.csv, tuning.csv and table.csv.\n", o.csv);
    }
    if (!o.figures.empty())
      fmt::print("{}: {}.\n", o.figures, report::enumerated(report::write_figures(summary, o.figures)));
  } catch (const Error& error) {
    fmt::print(stderr, "gradus: {}\n", error.what());
    return failed;
  }
  return done;
}

}  // namespace

void add_report(CLI::App& program, int& exit_code) {
  const auto o = std::make_shared<Options>();
  CLI::App& command =
      *program.add_subcommand("report", "Make a page of a comparison's results, which a browser shows");
  command.footer(
      "The page is one file that needs no network. It can be made at any time; of a comparison that is not\n"
      "finished it shows what there is.");
  command.add_option("folder", o->folder, "The folder that gradus compare --out has written")
      ->required()
      ->type_name("DIR");
  command.add_option("-o,--output", o->output, "The page. If not given: report.html in the folder")
      ->type_name("FILE.html");
  command.add_option("--csv", o->csv, "Also write curves, tuning and table as CSV files to a folder")
      ->type_name("DIR");
  command
      .add_option("--figures", o->figures, "Also draw PNG and SVG files in a folder, by the program gnuplot")
      ->type_name("DIR");
  command.callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace gradus::cli
