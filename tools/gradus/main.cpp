#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <new>

#include "base/error.h"
#include "tools/gradus/commands.h"

using namespace gradus::cli;

int main(int argc, char** argv) {
  CLI::App program(
      "Trains multilayer perceptrons, networks of fully connected layers.\n\n"
      "The first thing to try:\n"
      "  gradus train\n");
  program.name("gradus");
  program.set_version_flag("--version", "gradus " GRADUS_VERSION, "Print the version and exit");
  program.set_help_flag("-h,--help", "Print this help and exit; also after a command: gradus train --help");
  program
      .set_config("--config", "",
                  "Read options from a file: a section for each command, as in [train], then lines like "
                  "epochs = 5. What stands on the command line counts more")
      ->type_name("FILE");
  program.fallthrough();
  program.require_subcommand(0, 1);
  program.footer(
      "Exit codes: 0 done; 1 the run failed (the loss was no longer finite, nothing could be downloaded);\n"
      "2 the command line, or a file that it names, is wrong; 130 interrupted.");

  int exit_code = done;
  add_train(program, exit_code);
  add_evaluate(program, exit_code);
  add_compare(program, exit_code);
  add_curvature(program, exit_code);
  add_download(program, exit_code);
  add_draw(program, exit_code);
  add_explain(program, exit_code);
  add_landscape(program, exit_code);
  add_report(program, exit_code);
  try {
    program.parse(argc, argv);
    if (!program.get_subcommands().empty()) return exit_code;
    fmt::print(stderr, "{}", program.help());
    return bad_input;
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? done : bad_input;
  } catch (const gradus::Error& error) {
    fmt::print(stderr, "gradus: {}\n", error.what());
    return bad_input;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr,
               "gradus: There is not enough memory for this network and these batches; make them smaller.\n");
    return failed;
  } catch (const std::exception& error) {
    fmt::print(stderr, "gradus: {}\n", error.what());
    return failed;
  }
}
