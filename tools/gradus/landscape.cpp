#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"
#include "tools/gradus/commands.h"
#include "tools/gradus/data.h"
#include "tools/landscape/page.h"
#include "tools/landscape/race.h"
#include "tools/landscape/svg.h"

namespace gradus::cli {
namespace {

struct Options {
  landscape::RaceOptions race{.methods = {"sgd", "momentum", "rmsprop", "adam", "lbfgs", "newton"}};
  std::vector<double> start;
  std::string output, svg;
};

void run(Options o) {
  if (!o.start.empty()) o.race.start = {o.start[0], o.start[1]};
  if (o.output.empty()) o.output = o.race.function + ".html";
  check_writable(o.output, "--output");
  check_writable(o.svg, "--svg");
  const landscape::Race race = landscape::run_race(o.race);
  for (const std::string& sentence : race.left_out) fmt::print(stderr, "{}\n", sentence);
  write_file_atomically(o.output, landscape::page(race.landscape->title, landscape::to_json(race)));
  fmt::print("{}: {} methods from {} starting points in {}\n", race.landscape->title, race.runners.size(),
             race.starts.size(), o.output);
  if (o.svg.empty()) return;
  write_file_atomically(o.svg, landscape::svg(race));
  fmt::print("From ({:g}, {:g}), for slides, in {}\n", race.starts[0].x, race.starts[0].y, o.svg);
}

}  // namespace

void add_landscape(CLI::App& program, int&) {
  const auto o = std::make_shared<Options>();
  CLI::App& command = *program.add_subcommand(
      "landscape", "Show methods moving over a function of two variables, in a page that needs no network");
  command.footer("Functions: " + fmt::format("{}", fmt::join(landscape_names(), ", ")) +
                 ".\nMethods are those of gradus explain. Where no learning rate is given, a small grid is "
                 "searched; the "
                 "page says what was found.");
  command.add_option("--function", o->race.function, "The function")->capture_default_str();
  command.add_option("--optimizers", o->race.methods, "Methods, between commas")
      ->delimiter(',')
      ->capture_default_str();
  command
      .add_option("--options", o->race.options,
                  "Options of methods, as a JSON object: {\"adam\": {\"learning_rate\": 0.1}}")
      ->type_name("JSON");
  command.add_option("--start", o->start, "Where they begin at first: X,Y")
      ->delimiter(',')
      ->expected(2)
      ->type_name("X,Y");
  command.add_option("--steps", o->race.steps, "At most so many steps each")->capture_default_str();
  command.add_option("-o,--output", o->output, "The page. If not given: the function's name, .html")
      ->type_name("FILE.html");
  command.add_option("--svg", o->svg, "Write a picture that moves, too")->type_name("FILE.svg");
  command.callback([o] { run(*o); });
}

}  // namespace gradus::cli
