#include "optim/training/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace gradus {
namespace {

constexpr std::chrono::milliseconds interval{100};
constexpr int bar_width = 16;

std::string minutes(double seconds) {
  const auto s = static_cast<Index>(std::clamp(seconds, 0.0, 359999.0));
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

}  // namespace

ProgressDisplay::ProgressDisplay(Progress progress, Index epochs, Index steps_per_epoch)
    : epochs_(epochs), steps_per_epoch_(steps_per_epoch), start_(Clock::now()), last_(start_) {
  const bool terminal = progress != Progress::off && isatty(STDERR_FILENO) == 1;
  bar_ = terminal;
  lines_ = progress == Progress::on || (progress == Progress::automatic && terminal);
}

bool ProgressDisplay::due() {
  if (!bar_) return false;
  const auto now = Clock::now();
  if (now - last_ < interval) return false;
  last_ = now;
  return true;
}

void ProgressDisplay::draw(const EpochProgress& p) {
  const auto done = static_cast<double>((p.epoch - 1) * steps_per_epoch_ + p.step);
  const double left = std::chrono::duration<double>(Clock::now() - start_).count() *
                      (static_cast<double>(epochs_ * steps_per_epoch_) / done - 1);
  const auto filled = static_cast<std::size_t>(bar_width * p.step / steps_per_epoch_);

  // Within 80 columns: a line that wraps cannot be drawn over.
  fmt::memory_buffer line;
  const auto out = std::back_inserter(line);
  fmt::format_to(out, "\r\033[Kepoch {}/{} [{:-<{}}] loss {:.4f}", p.epoch, epochs_, std::string(filled, '#'),
                 bar_width, p.loss);
  if (p.accuracy) fmt::format_to(out, " accuracy {:.1f} %", 100 * *p.accuracy);
  fmt::format_to(out, " {:.0f}/s {} left", p.samples_per_second, minutes(left));
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressDisplay::end_epoch(const EpochRecord& record) {
  clear();
  if (lines_) fmt::print(stderr, "{}\n", to_string(record));
}

void ProgressDisplay::clear() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

}  // namespace gradus
