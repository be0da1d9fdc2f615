#include "data/download.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "data/mnist.h"
#include "tools/gradus/commands.h"

namespace gradus::cli {
namespace {

int run(const std::string& folder) {
  const std::filesystem::path to = folder.empty() ? default_mnist_folder() : std::filesystem::path(folder);
  std::error_code error;
  std::filesystem::create_directories(to, error);
  if (error)
    throw Error(fmt::format("[--to] the folder {} cannot be made: {}.", to.string(), error.message()));
  try {
    download_mnist(to, [](std::string_view sentence) {
      fmt::print("{}\n", sentence);
      std::fflush(stdout);
    });
  } catch (const std::exception& failure) {
    fmt::print(stderr, "gradus: {}\n", failure.what());
    return failed;
  }
  fmt::print("MNIST is in {}.{}\n", to.string(),
             folder.empty() ? "" : fmt::format(" Use it by --data {}.", to.string()));
  return done;
}

}  // namespace

void add_download(CLI::App& program, int& exit_code) {
  struct Options {
    std::string what, to;
  };
  const auto o = std::make_shared<Options>();
  CLI::App& command =
      *program.add_subcommand("download", "Fetch a data set from its public servers, with curl");
  command.add_option("what", o->what, "The data set: mnist")->required()->check(CLI::IsMember({"mnist"}));
  command.add_option("--to", o->to, "Where to. If not given: where the other commands find it")
      ->type_name("FOLDER");
  command.callback([o, &exit_code] { exit_code = run(o->to); });
}

}  // namespace gradus::cli
