#include "base/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/error.h"

namespace gradus {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  throw Error(fmt::format("[write] cannot {} {}: {}. The file is as it was before.", what, path.string(),
                          std::strerror(errno)));
}

// A file beside the target that is removed again unless it was renamed into place.
class Temporary {
 public:
  explicit Temporary(const std::filesystem::path& target) : target_(target), name_(target.string() + ".XXXXXX") {
    file_ = mkostemp(name_.data(), O_CLOEXEC);
    if (file_ < 0) fail(target_, "create a temporary file beside");
  }
  ~Temporary() {
    if (file_ >= 0) close(file_);
    if (!renamed_) unlink(name_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(target_, "write");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void rename_into_place() {
    // mkostemp makes files private; give it the mode that a plain open would have, or the mode of the file it replaces.
    struct stat old {};
    if (stat(target_.c_str(), &old) == 0) {
      fchmod(file_, old.st_mode & 07777);
    } else {
      const mode_t mask = umask(0);
      umask(mask);
      fchmod(file_, 0666 & ~mask);
    }
    if (fsync(file_) != 0) fail(target_, "sync");
    const int closed = close(file_);
    file_ = -1;
    if (closed != 0) fail(target_, "close");
    if (rename(name_.c_str(), target_.c_str()) != 0) fail(target_, "replace");
    renamed_ = true;
  }

 private:
  std::filesystem::path target_;
  std::string name_;
  int file_ = -1;
  bool renamed_ = false;
};

void sync_folder(const std::filesystem::path& folder) {
  const int file = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;  // the content is safe; only the rename may come later
  fsync(file);
  close(file);
}

}  // namespace

void write_file_atomically(const std::filesystem::path& path, std::span<const std::string_view> parts) {
  Temporary temporary(path);
  for (const std::string_view part : parts) temporary.write(part);
  temporary.rename_into_place();
  sync_folder(path.parent_path());
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  write_file_atomically(path, std::span(&content, 1));
}

}  // namespace gradus
