#pragma once
#include <spdlog/logger.h>

namespace gradus {

/// The library's log, to stderr, silent but for warnings unless SPDLOG_LEVEL says otherwise
/// (SPDLOG_LEVEL=gradus=debug).
spdlog::logger& log();

}  // namespace gradus
