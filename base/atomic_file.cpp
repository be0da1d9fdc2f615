#include "base/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"

namespace gradus {
namespace {

using Path = std::filesystem::path;

[[noreturn]] void fail(const char* what, const Path& path, const char* consequence) {
  const int cause = errno;
  throw Error(
      fmt::format("[write] cannot {} {}: {}.{}", what, path.string(), std::strerror(cause), consequence));
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

  bool is_open() const { return descriptor_ >= 0; }

  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  bool set_mode(mode_t mode) { return fchmod(descriptor_, mode) == 0; }

  bool sync() {
    while (fsync(descriptor_) != 0) {
      if (errno == EINVAL) return true;  // a file system that has no sync
      if (errno != EINTR) return false;
    }
    return true;
  }

  bool close() {  // Linux closes the file even when it reports an interruption
    return ::close(std::exchange(descriptor_, -1)) == 0 || errno == EINTR;
  }

 private:
  int descriptor_;
};

// A new file beside the target, removed again unless it was renamed into its place.
class Temporary {
 public:
  Temporary(const Path& target, mode_t mode, const char* consequence)
      : file_(create(target, mode, consequence)) {}
  ~Temporary() {
    if (!renamed_) unlink(name_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  File& file() { return file_; }
  bool rename_to(const Path& target) { return renamed_ = std::rename(name_.c_str(), target.c_str()) == 0; }

 private:
  // Not mkstemp, which would ignore the process's umask: it cannot be read without changing it for all
  // threads.
  File create(const Path& target, mode_t mode, const char* consequence) {
    static std::atomic<unsigned> counter{0};
    for (;;) {
      name_ = fmt::format("{}.{}-{}.tmp", target.string(), getpid(), counter++);
      const int descriptor = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
      if (descriptor >= 0) return File(descriptor);
      if (errno != EEXIST && errno != EINTR) fail("create a file beside", target, consequence);
    }
  }

  std::string name_;
  File file_;
  bool renamed_ = false;
};

void sync_folder(const Path& folder) {
  File opened(open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open())
    opened.sync();  // when it fails, the content is safe; only the new name may be lost in a crash
}

void write_directly(const Path& path, std::span<const std::string_view> parts) {
  File file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.is_open()) fail("open", path, "");
  for (const std::string_view part : parts)
    if (!file.write(part)) fail("write", path, "");
  if (!file.close()) fail("close", path, "");
}

}  // namespace

void write_file_atomically(const Path& path, std::span<const std::string_view> parts) {
  struct stat old {};
  const bool exists = stat(path.c_str(), &old) == 0;
  if (exists && !S_ISREG(old.st_mode)) return write_directly(path, parts);

  std::error_code not_resolved;
  const Path resolved = exists ? std::filesystem::canonical(path, not_resolved) : path;
  const Path& target = not_resolved ? path : resolved;

  const char* consequence = exists ? " The old file is unchanged." : " No file was left behind.";
  Temporary temporary(target, exists ? old.st_mode & 0777 : 0666, consequence);
  File& file = temporary.file();
  for (const std::string_view part : parts)
    if (!file.write(part)) fail("write", path, consequence);
  if (exists) file.set_mode(old.st_mode & 07777);  // as well as the file system can
  if (!file.sync()) fail("sync", path, consequence);
  if (!file.close()) fail("close", path, consequence);
  if (!temporary.rename_to(target)) fail("replace", path, consequence);
  sync_folder(target.parent_path());
}

void write_file_atomically(const Path& path, std::string_view content) {
  write_file_atomically(path, std::span(&content, 1));
}

}  // namespace gradus
