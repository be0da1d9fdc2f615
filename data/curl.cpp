#include "data/curl.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"

extern char** environ;

namespace gradus {
namespace {

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_, O_CLOEXEC) != 0)
      throw Error(fmt::format("[fetch] no pipe can be made: {}.", std::strerror(errno)));
  }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int writer() const { return ends_[1]; }
  void close_reader() { shut(ends_[0]); }
  void close_writer() { shut(ends_[1]); }

  // What comes until the other side closes, or a little more than `largest` bytes.
  std::string read_all(std::size_t largest) {
    std::string text;
    std::array<char, 1 << 16> buffer;
    while (text.size() <= largest) {
      const ssize_t count = ::read(ends_[0], buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  static void shut(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
  int ends_[2];
};

pid_t start_curl(const std::string& url, const Pipe& output, const Pipe& messages) {
  std::array<std::string, 16> words = {"curl",
                                       "-q" /* no .curlrc of the user */,
                                       "--fail",
                                       "--location",
                                       "--silent",
                                       "--show-error",
                                       "--proto-redir",
                                       "=https",
                                       "--connect-timeout",
                                       "20",
                                       "--speed-limit",
                                       "1000",
                                       "--speed-time",
                                       "30",
                                       "--url",
                                       url};
  std::array<char*, words.size() + 1> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.writer(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, messages.writer(), STDERR_FILENO);
  pid_t child = 0;
  const int error = posix_spawnp(&child, "curl", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT)
    throw Error("[fetch] the program curl is not there. Install it (apt-get install curl).");
  if (error != 0)
    throw Error(fmt::format("[fetch] the program curl cannot be started: {}.", std::strerror(error)));
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

std::string fetch(const std::string& url, std::size_t largest) {
  Pipe output, messages;
  const pid_t child = start_curl(url, output, messages);
  output.close_writer();
  messages.close_writer();
  std::string reply = output.read_all(largest);
  output.close_reader();  // curl ends when it cannot write more
  std::string message = messages.read_all(1 << 12);
  messages.close_reader();
  const int status = wait_for(child);
  if (reply.size() > largest)
    throw Error(fmt::format("[fetch] the reply from {} is longer than {} bytes.", url, largest));
  if (status != 0) {
    while (!message.empty() && message.back() == '\n') message.pop_back();
    throw Error(fmt::format("[fetch] no reply from {}: {}.", url, message.empty() ? "curl failed" : message));
  }
  return reply;
}

}  // namespace gradus
