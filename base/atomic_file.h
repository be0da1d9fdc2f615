#pragma once
#include <filesystem>
#include <span>
#include <string_view>

namespace gradus {

/// Replaces the file `path` by `parts`, one after the other, all or nothing: written to a temporary file
/// beside it, synced, renamed. A crash or a full disk leaves the old file as it was. The new file has the old
/// one's mode; a symbolic link goes on pointing to the file it names. What is no regular file (/dev/null, a
/// pipe) is written to directly. Throws Error naming the path and the cause.
void write_file_atomically(const std::filesystem::path& path, std::span<const std::string_view> parts);
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

}  // namespace gradus
