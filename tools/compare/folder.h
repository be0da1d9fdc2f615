#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "tools/compare/configuration.h"
#include "tools/compare/run.h"

namespace gradus::compare {

/// Where a comparison's results are: comparison.json, and a file for each finished run, each of them written as a whole or
/// not at all. One process at a time works in it.
class Folder {
 public:
  /// Only looks. Throws Error where there is something else, or the comparison of another configuration, naming the field
  /// that differs and both values.
  Folder(std::filesystem::path path, const Comparison& comparison);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// Makes it where it is not there. Throws Error where another process works in it, or it cannot be written.
  void begin();

  /// The finished run, or none. Throws Error for a file that is none.
  std::optional<Run> read(const std::string& method, Purpose purpose, Index number) const;
  void write(const Run& run, Index number) const;

 private:
  std::filesystem::path file_of(const std::string& method, Purpose purpose, Index number) const;

  std::filesystem::path path_;
  Json comparison_;
  int lock_ = -1;
};

/// Where the two differ first, as "methods[2].batch_size is 128 there and 64 here"; empty where they do not. What a machine
/// or the time of day says is not compared.
std::string difference(const Json& there, const Json& here);

}  // namespace gradus::compare
