#include "data/mnist.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/threads.h"
#include "data/idx.h"
#include "data/mnist_files.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

using Paths = std::array<fs::path, 4>;

// Where data is looked for when no folder is named, in this order.
std::vector<fs::path> data_folders() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return fs::path(value ? value : "");
  };
  std::vector<fs::path> folders;
  if (const fs::path data = variable("GRADUS_DATA"); !data.empty()) folders.push_back(data);
  // The XDG specification has relative paths ignored.
  if (const fs::path cache = variable("XDG_CACHE_HOME"); cache.is_absolute())
    folders.push_back(cache / "gradus");
  if (const fs::path home = variable("HOME"); !home.empty()) folders.push_back(home / ".cache" / "gradus");
  return folders;
}

// The four files, if all are below one of the folders; otherwise throws with what was looked at.
Paths find_files(const std::vector<fs::path>& folders, const char* advice) {
  std::string tried;
  for (const fs::path& folder : folders) {
    for (const char* const layout : {"", "mnist", "raw", "MNIST/raw"}) {
      const fs::path place = *layout ? folder / layout : folder;
      Paths paths;
      std::string missing;
      for (std::size_t i = 0; i < paths.size(); ++i) {
        paths[i] = place / mnist_files[i].name;
        if (std::error_code ignored; fs::exists(paths[i], ignored)) continue;
        paths[i] += ".gz";
        if (std::error_code ignored; fs::exists(paths[i], ignored)) continue;
        paths[i].clear();
        missing += fmt::format("{}{}", missing.empty() ? "" : ", ", mnist_files[i].name);
      }
      if (missing.empty()) return paths;
      const bool some =
          std::any_of(paths.begin(), paths.end(), [](const fs::path& path) { return !path.empty(); });
      tried += fmt::format("\n  {}{}", place.string(), some ? " (without " + missing + ")" : "");
    }
  }
  throw DataNotFound(
      fmt::format("[mnist] The four files {}, … of MNIST's layout, plain or .gz, are in none of{}\n{}",
                  mnist_files[0].name, tried.empty() ? " no folders: HOME is not set." : tried, advice));
}

struct Contents {
  std::array<Idx, 4> parts;
  std::array<std::string, 4> sums;  // their SHA-256
};

// One thread reads the large file, another the rest.
Contents read_files(const Paths& paths) {
  Contents contents;
  std::array<std::exception_ptr, 4> errors;
  const auto read = [&](std::size_t i) {
    try {
      contents.parts[i] = read_idx(paths[i]);
      contents.sums[i] = contents.parts[i].sha256();
    } catch (...) {
      errors[i] = std::current_exception();
    }
  };
  parallel_for(2, 1, [&](Index begin, Index end) {
    if (begin == 0) read(0);
    if (end == 2)
      for (const std::size_t i : {1u, 2u, 3u}) read(i);
  });
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
  return contents;
}

void require_images_and_labels(const Paths& paths, const std::array<Idx, 4>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t dimensions = i % 2 == 0 ? 3 : 1;
    if (parts[i].type != IdxType::u8 || parts[i].dimensions.size() != dimensions)
      throw Error(
          fmt::format("[load_mnist] {} should hold {} of type 0x08, but has {} dimensions of type 0x{:02x}.",
                      paths[i].string(), i % 2 == 0 ? "images, three dimensions" : "labels, one dimension",
                      parts[i].dimensions.size(), static_cast<unsigned>(parts[i].type)));
  }
  for (const std::size_t images : {0u, 2u}) {
    const std::size_t labels = images + 1;
    if (parts[images].dimensions[0] != parts[labels].dimensions[0])
      throw Error(fmt::format("[load_mnist] {} has {} images but {} has {} labels. Fetch both again.",
                              paths[images].string(), parts[images].dimensions[0], paths[labels].string(),
                              parts[labels].dimensions[0]));
    const auto& pixels = parts[images].payload;
    if (!pixels.empty() && std::all_of(pixels.begin(), pixels.end(), [](std::uint8_t p) { return p == 0; }))
      throw Error(fmt::format(
          "[load_mnist] every pixel in {} is 0; nothing can be learned from that. Fetch it again.",
          paths[images].string()));
  }
  const auto &train = parts[0].dimensions, &test = parts[2].dimensions;
  if (train[1] != test[1] || train[2] != test[2])
    throw Error(fmt::format("[load_mnist] training images are {} × {} pixels but test images {} × {}, in {}.",
                            train[1], train[2], test[1], test[2], paths[0].parent_path().string()));
}

Mnist assemble(const Paths& paths, std::array<Idx, 4> parts, const std::string& name) {
  require_images_and_labels(paths, parts);
  Index classes = 1;
  for (const std::size_t labels : {1u, 3u})
    for (const std::uint8_t label : parts[labels].payload) classes = std::max<Index>(classes, label + 1);
  const auto dataset = [&](std::size_t images) {
    const std::vector<Index>& dimensions = parts[images].dimensions;
    return Dataset::from_bytes(name, std::move(parts[images].payload), dimensions[1], dimensions[2],
                               std::move(parts[images + 1].payload), classes);
  };
  return {dataset(0), dataset(2)};
}

// The first file that is not MNIST's, or mnist_files.size().
std::size_t first_difference(const Contents& contents) {
  std::size_t i = 0;
  while (i < mnist_files.size() && contents.sums[i] == mnist_files[i].sha256) ++i;
  return i;
}

}  // namespace

Mnist load_mnist(const std::optional<fs::path>& folder) {
  const Paths paths = find_files(folder ? std::vector{*folder} : data_folders(),
                                 "Type `gradus download mnist` to fetch it. Synthetic digits (--data digits, "
                                 "synthetic_digits()) need no files.");
  Contents contents = read_files(paths);
  if (const std::size_t i = first_difference(contents); i < mnist_files.size())
    throw Error(fmt::format(
        "[load_mnist] {} is not MNIST's: the SHA-256 of its content is {}, not {}. Remove it, then type "
        "`gradus download mnist --to {}`. If it is another set, load it by its folder.",
        paths[i].string(), contents.sums[i], mnist_files[i].sha256, paths[i].parent_path().string()));
  return assemble(paths, std::move(contents.parts), "MNIST");
}

Mnist load_idx_folder(const fs::path& folder, const std::string& name) {
  const Paths paths = find_files({folder}, "Name the folder that holds them.");
  Contents contents = read_files(paths);
  const std::size_t i = first_difference(contents);
  if (i == mnist_files.size()) return assemble(paths, std::move(contents.parts), "MNIST");
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  std::string lower_name = name;
  std::transform(name.begin(), name.end(), lower_name.begin(), lower);
  if (lower_name == "mnist")
    throw Error(fmt::format(
        "[load_idx_folder] {} is not MNIST's: the SHA-256 of its content is {}, not {}. Fetch it again, "
        "or give the set another name than \"{}\".",
        paths[i].string(), contents.sums[i], mnist_files[i].sha256, name));
  return assemble(paths, std::move(contents.parts), name);
}

fs::path default_mnist_folder() {
  const std::vector<fs::path> folders = data_folders();
  if (folders.empty())
    throw Error(
        "[default_mnist_folder] neither GRADUS_DATA nor XDG_CACHE_HOME nor HOME is set. Name a folder.");
  return folders.front() / "mnist";
}

}  // namespace gradus
