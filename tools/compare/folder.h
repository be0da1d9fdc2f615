#pragma once
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "tools/compare/configuration.h"
#include "tools/compare/run.h"

namespace gradus::compare {

/// A result could not be written. All that was written before is there.
class WriteFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Where a comparison's results are: comparison.json, and a file for each finished run, each of them written as a whole or
/// not at all. One process at a time works in it.
class Folder {
 public:
  /// Only looks. Throws Error where there is something else, or the comparison of another configuration, naming the field
  /// that differs and both values; where the budget is in seconds, another machine counts as one.
  Folder(std::filesystem::path path, const Comparison& comparison);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// Makes it where it is not there, and looks again when it is this process's alone. Throws as the constructor does, Error
  /// where another process works in it, and WriteFailed.
  void begin();

  /// The finished run, or none. Throws Error for a file that is none.
  std::optional<Run> read(const std::string& method, Purpose purpose, Index number) const;
  /// Throws WriteFailed.
  void write(const Run& run, Index number) const;

 private:
  void look() const;
  std::filesystem::path file_of(const std::string& method, Purpose purpose, Index number) const;

  std::filesystem::path path_;
  Json comparison_;
  int lock_ = -1;
};

/// Where the two differ first, as "methods[2].batch_size is 128 there and 64 here"; empty where they do not. The time of
/// day is not compared, and the machine only where budgets are in seconds.
std::string difference(const Json& there, const Json& here);

}  // namespace gradus::compare
