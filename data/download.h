#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

/// The public servers of MNIST's files, in the order in which they are asked.
std::vector<std::string> mnist_mirrors();

/// Fetches MNIST's four files into `folder`, gzipped, with the program curl; makes the folder if need be. A file that is there and
/// whole already is left alone. Each comes from the first mirror whose reply has the right SHA-256 when unpacked, and
/// appears under its name only then. `report` is told in a sentence what happens with each file. Throws Error with
/// what every mirror answered when none of them could be used.
void download_mnist(const std::filesystem::path& folder,
                    const std::function<void(std::string_view sentence)>& report = {},
                    const std::vector<std::string>& mirrors = mnist_mirrors());

}  // namespace gradus
