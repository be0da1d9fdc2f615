#pragma once
#include <filesystem>
#include <string>

#include "data/dataset.h"
#include "tools/gradus/commands.h"

namespace gradus::cli {

struct Sets {
  Dataset train, test;
};

/// Adds --data, which load_sets understands.
void add_data_option(CLI::App& command, std::string& data);

/// "mnist", "digits", "curves", or a folder with four files like MNIST's. Empty: MNIST if it is there, else the
/// synthetic digits, which a sentence on stderr then says.
Sets load_sets(const std::string& data);

/// Throws Error where a file could not be written there: to be known before the work, not after it.
void check_writable(const std::filesystem::path& file, const char* option);

}  // namespace gradus::cli
