#include "tools/compare/machine.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <ctime>
#include <fstream>

#include "base/threads.h"

namespace gradus::compare {
namespace {

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

}  // namespace

nlohmann::ordered_json machine() {
  utsname system{};
  uname(&system);
  return {{"processor", processor()},
          {"threads", threads()},
          {"system", fmt::format("{} {} {}", system.sysname, system.release, system.machine)}};
}

std::string time_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace gradus::compare
