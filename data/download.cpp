#include "data/download.h"

#include <fmt/format.h>

#include <sstream>
#include <system_error>

#include "base/atomic_file.h"
#include "base/error.h"
#include "data/curl.h"
#include "data/idx.h"
#include "data/mnist_files.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_reply = std::size_t{1} << 26;  // MNIST's largest file has 9.9 million bytes

bool is_whole(const fs::path& path, const MnistFile& file) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return false;
  try {
    return read_idx(path).sha256() == file.sha256;
  } catch (const Error&) {
    return false;
  }
}

std::string fetch_verified(const std::string& url, const MnistFile& file) {
  std::string reply = fetch(url, largest_reply);
  std::istringstream stream(reply);
  const std::string sum = read_idx(stream, url).sha256();
  if (sum != file.sha256)
    throw Error(fmt::format("[download] {} is not MNIST's: the SHA-256 of its content is {}, not {}.", url,
                            sum, file.sha256));
  return reply;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw Error(fmt::format("[download] the folder {} cannot be made: {}. Name another one.", folder.string(),
                            error.message()));
}

}  // namespace

std::vector<std::string> mnist_mirrors() {
  return {"https://ossci-datasets.s3.amazonaws.com/mnist/",
          "https://storage.googleapis.com/cvdf-datasets/mnist/"};
}

void download_mnist(const fs::path& folder, const std::function<void(std::string_view)>& report,
                    const std::vector<std::string>& mirrors) {
  make_folder(folder);
  const auto say = [&](const std::string& sentence) {
    if (report) report(sentence);
  };
  for (const MnistFile& file : mnist_files) {
    const std::string name = fmt::format("{}.gz", file.name);
    const fs::path path = folder / name;
    if (is_whole(path, file)) {
      say(fmt::format("{} is there already.", path.string()));
      continue;
    }
    std::string answers;
    bool found = false;
    for (std::size_t i = 0; i < mirrors.size() && !found; ++i) {
      std::string reply;
      try {
        reply = fetch_verified(mirrors[i] + name, file);
      } catch (const Error& error) {
        answers += fmt::format("\n  {}", error.what());
        continue;
      }
      write_file_atomically(path, reply);
      say(fmt::format("{} fetched from {} and verified.", path.string(), mirrors[i]));
      found = true;
    }
    if (!found)
      throw Error(fmt::format(
          "[download] no mirror has {}:{}\nTry again later, or put MNIST's four files into {} yourself.",
          name, answers, folder.string()));
  }
}

}  // namespace gradus
