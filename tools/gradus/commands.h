#pragma once
#include <CLI/CLI.hpp>

/// The subcommands: each adds itself to the program. When the command line has been read, the one that was
/// named runs; it sets `exit_code`, or throws gradus::Error for bad input.
namespace gradus::cli {

enum ExitCode { done = 0, failed = 1, bad_input = 2, interrupted = 130 };

void add_train(CLI::App& program, int& exit_code);
void add_evaluate(CLI::App& program, int& exit_code);
void add_compare(CLI::App& program, int& exit_code);
void add_curvature(CLI::App& program, int& exit_code);
void add_download(CLI::App& program, int& exit_code);
void add_draw(CLI::App& program, int& exit_code);
void add_explain(CLI::App& program, int& exit_code);
void add_landscape(CLI::App& program, int& exit_code);
void add_report(CLI::App& program, int& exit_code);

}  // namespace gradus::cli
