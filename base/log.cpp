#include "base/log.h"

#include <spdlog/cfg/env.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace gradus {

spdlog::logger& log() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto existing = spdlog::get("gradus");  // a program may have registered its own
    if (existing) return existing;
    auto made = spdlog::stderr_logger_mt("gradus");
    made->set_level(spdlog::level::warn);
    spdlog::cfg::load_env_levels();
    return made;
  }();
  return *logger;
}

}  // namespace gradus
