#include "optim/training/progress.h"

#include <gmock/gmock.h>
#include <pty.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace gradus {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

EpochRecord record() {
  EpochRecord r;
  r.epoch = 1;
  r.training_loss = 0.5;
  return r;
}

void show(Progress progress) {
  ProgressDisplay display(progress, 3, 10);
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  if (display.due())
    display.draw({.epoch = 1, .step = 5, .loss = 0.75, .accuracy = 0.5, .samples_per_second = 1000});
  display.end_epoch(record());
}

std::string shown_to_a_file(Progress progress) {
  testing::internal::CaptureStderr();
  show(progress);
  return testing::internal::GetCapturedStderr();
}

std::string shown_on_a_terminal(Progress progress) {
  int terminal = -1, ours = -1;
  EXPECT_EQ(openpty(&ours, &terminal, nullptr, nullptr, nullptr), 0);
  const int before = dup(STDERR_FILENO);
  dup2(terminal, STDERR_FILENO);
  show(progress);
  fputs("end", stderr);
  dup2(before, STDERR_FILENO);
  std::string seen;
  char buffer[4096];
  while (!seen.ends_with("end"))
    seen.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(read(ours, buffer, 4096), 0)));
  for (const int fd : {terminal, ours, before}) close(fd);
  return seen;
}

TEST(Progress, IsSilentWhereStderrIsNoTerminalUnlessAsked) {
  EXPECT_EQ(shown_to_a_file(Progress::automatic), "");
  EXPECT_EQ(shown_to_a_file(Progress::off), "");
  EXPECT_EQ(shown_to_a_file(Progress::bar), "");
  EXPECT_EQ(shown_to_a_file(Progress::on), to_string(record()) + "\n");
}

TEST(Progress, ShowsABarAndLinesOnATerminal) {
  const std::string both = shown_on_a_terminal(Progress::automatic);
  EXPECT_THAT(both, AllOf(HasSubstr("epoch 1/3 [########--------] loss 0.7500 accuracy 50.0 % 1000/s "),
                          ContainsRegex("1000/s [0-9]+:[0-9][0-9] left"),
                          HasSubstr("\r\033[K" + to_string(record()))));
  EXPECT_THAT(shown_on_a_terminal(Progress::bar),
              AllOf(HasSubstr("[####"), Not(HasSubstr(to_string(record())))));
  EXPECT_EQ(shown_on_a_terminal(Progress::off), "end");
}

}  // namespace
}  // namespace gradus
