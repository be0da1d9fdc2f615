#include "tools/gradus/data.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string_view>

#include "base/error.h"
#include "base/nearest.h"
#include "data/curves.h"
#include "data/digits.h"
#include "data/mnist.h"

namespace gradus::cli {
namespace {

namespace fs = std::filesystem;

std::string suggestion(const std::string& data) {
  constexpr std::array<std::string_view, 3> words{"mnist", "digits", "curves"};
  const std::string_view word = nearest(data, words);
  return word.empty() ? "" : fmt::format(" Did you mean {}?", word);
}

Sets as_sets(auto sets) { return {std::move(sets.train), std::move(sets.test)}; }

}  // namespace

void add_data_option(CLI::App& command, std::string& data) {
  command
      .add_option(
          "--data", data,
          "mnist: 70,000 handwritten digits (see gradus download); digits: synthetic digits, drawn by this "
          "program; curves: synthetic curves without classes, for autoencoders; or a folder with four files "
          "like MNIST's. If not given: MNIST if it is found, else the synthetic digits")
      ->type_name("mnist|digits|curves|FOLDER");
}

Sets load_sets(const std::string& data) {
  if (data == "mnist") return as_sets(load_mnist());
  if (data == "digits") return as_sets(synthetic_digits());
  if (data == "curves") return as_sets(synthetic_curves());
  if (data.empty()) {
    try {
      return as_sets(load_mnist());
    } catch (const DataNotFound&) {
      fmt::print(stderr,
                 "MNIST is not on this machine (gradus download mnist fetches it). These are synthetic "
                 "digits, drawn "
                 "by this program.\n");
      return as_sets(synthetic_digits());
    }
  }
  if (!fs::is_directory(data))
    throw Error(fmt::format("[--data] {} is no folder, and none of mnist, digits and curves.{}", data,
                            suggestion(data)));
  const fs::path folder = fs::canonical(data);
  return as_sets(load_idx_folder(folder, folder.filename().string()));
}

void check_writable(const fs::path& file, const char* option) {
  if (file.empty()) return;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (fs::is_directory(file))
    throw Error(fmt::format("[{}] {} is a folder; name a file.", option, file.string()));
  if (!fs::is_directory(folder))
    throw Error(fmt::format("[{}] {} cannot be written: there is no folder {}.", option, file.string(),
                            folder.string()));
  if (access(folder.c_str(), W_OK) != 0)
    throw Error(fmt::format("[{}] {} cannot be written: the folder {} does not let this user write.", option,
                            file.string(), folder.string()));
}

}  // namespace gradus::cli
