#pragma once
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.h"

namespace gradus::test {

/// What a program did.
struct ProgramResult {
  int code;
  std::string out, err;
};

/// Runs a command in a folder, as a person does, by the shell; code is −1 where a signal ended it.
inline ProgramResult run_program(const std::filesystem::path& folder, const std::string& command) {
  const std::string in = folder.string();
  const int status =
      std::system(("cd " + in + " && " + command + " >" + in + "/out 2>" + in + "/err").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(folder / "out"), read(folder / "err")};
}

}  // namespace gradus::test
