#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"
#include "tools/gradus/commands.h"
#include "tools/gradus/data.h"
#include "tools/landscape/page.h"
#include "tools/landscape/svg.h"

namespace gradus::cli {
namespace {

struct Options {
  landscape::RaceOptions race{.methods = {"sgd", "momentum", "rmsprop", "adam", "lbfgs", "newton"}};
  std::vector<double> start;
  landscape::NetworkOptions network;
  Index seed = 0;
  std::string data, output, svg;
};

void race(Options o) {
  if (!o.start.empty()) o.race.start = {o.start[0], o.start[1]};
  if (o.output.empty()) o.output = o.race.function + ".html";
  find_landscape(o.race.function);
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

void network(Options o) {
  if (o.seed < 0) throw Error(fmt::format("[landscape] --seed must be at least 0, not {}.", o.seed));
  o.network.seed = static_cast<std::uint64_t>(o.seed);
  if (o.output.empty()) o.output = "network.html";
  check_writable(o.output, "--output");
  const Sets sets = load_sets(o.data);
  const bool terminal = isatty(STDERR_FILENO) == 1;
  const auto progress = [&](double share) {
    if (terminal) fmt::print(stderr, "\r{:3.0f} % {}", 100 * share, share < 1 ? "" : "\r\033[K");
  };
  const auto found = landscape::network_landscape(o.network, sets.train, sets.test, progress);
  write_file_atomically(o.output, landscape::page("The loss of a network", landscape::to_json(found)));
  fmt::print("{}\nIts losses are in {}\n", found.heading, o.output);
}

}  // namespace

void add_landscape(CLI::App& program, int&) {
  const auto o = std::make_shared<Options>();
  CLI::App& command = *program.add_subcommand(
      "landscape", "Show methods moving over a function, or the loss around a network, in a page");
  command.footer(fmt::format(
      "Functions: {}.\nMethods are those of gradus explain. Where no learning rate is given, a small grid is "
      "searched, and the page says so.\nThe page needs nothing but itself: no network, no other file.",
      fmt::join(landscape_names(), ", ")));
  command.add_option("--function", o->race.function, "The function")->capture_default_str();
  command.add_option("--optimizers", o->race.methods, "Methods, between commas")
      ->delimiter(',')
      ->capture_default_str();
  command
      .add_option("--options", o->race.options,
                  "Options of methods, as a JSON object: {\"adam\": {\"learning_rate\": 0.1}}")
      ->type_name("JSON");
  command.add_option("--start", o->start, "Where they begin at first")
      ->delimiter(',')
      ->expected(2)
      ->type_name("X,Y");
  command.add_option("--steps", o->race.steps, "At most so many steps each")->capture_default_str();
  CLI::Option* const svg = command.add_option("--svg", o->svg, "Write a picture that moves, too: for slides")
                               ->type_name("FILE.svg");
  command
      .add_option("-o,--output", o->output, "The page. If not given: of the function's name, or network.html")
      ->type_name("FILE.html");

  CLI::Option* const file =
      command
          .add_option("--network", o->network.network,
                      "Instead of a function: a network that gradus train --save has written")
          ->type_name("FILE.safetensors")
          ->excludes(svg);
  command
      .add_option("--and", o->network.another,
                  "Another network of that shape: the loss on the line between them")
      ->type_name("FILE.safetensors")
      ->needs(file);
  add_data_option(command, o->data);
  command
      .add_option("--cases", o->network.cases,
                  "How many training and test cases, drawn at random by the seed")
      ->capture_default_str();
  command
      .add_option("--points", o->network.points, "Points along each side of the plane, and along the line")
      ->capture_default_str();
  command.add_option("--reach", o->network.reach, "How far the plane goes, in lengths of the weights")
      ->capture_default_str();
  command.add_option("--seed", o->seed, "Of the plane's directions and the cases")->capture_default_str();
  command.callback([o] { o->network.network.empty() ? race(*o) : network(*o); });
}

}  // namespace gradus::cli
