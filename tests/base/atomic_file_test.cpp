#include "base/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;
using test::read;
using testing::AllOf;
using testing::HasSubstr;

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

std::string refusal(const fs::path& path, std::string_view content) {
  return test::message_of([&] { write_file_atomically(path, content); });
}

using AtomicFile = test::WithFolder;

TEST_F(AtomicFile, WritesANewFileWithTheModeThatTheUmaskGives) {
  const mode_t before = umask(027);
  write_file_atomically(path("new"), "content");
  umask(before);
  EXPECT_EQ(read(path("new")), "content");
  EXPECT_EQ(mode_of(path("new")), 0640u);
  EXPECT_THAT(names(), testing::ElementsAre("new"));
}

TEST_F(AtomicFile, JoinsThePartsAndKeepsEveryByte) {
  const std::string zeros("\0\xff\n\r\0", 5), large(3'000'000, 'x');
  const std::vector<std::string_view> parts{"", zeros, large, "", "end"};
  write_file_atomically(path("file"), parts);
  EXPECT_EQ(read(path("file")), zeros + large + "end");
  write_file_atomically(path("file"), "");
  EXPECT_EQ(read(path("file")), "");
  EXPECT_EQ(fs::file_size(path("file")), 0u);
}

TEST_F(AtomicFile, ReplacesAndKeepsTheMode) {
  for (const mode_t mode : {0600u, 0644u, 0755u, 0666u}) {
    write_file_atomically(path("file"), "old and longer");
    ASSERT_EQ(chmod(path("file").c_str(), mode), 0);
    write_file_atomically(path("file"), "new");
    EXPECT_EQ(read(path("file")), "new");
    EXPECT_EQ(mode_of(path("file")), mode);
  }
  EXPECT_THAT(names(), testing::ElementsAre("file"));
}

TEST_F(AtomicFile, IsANewFileSoThatAnOpenReaderKeepsTheOldOne) {
  write_file_atomically(path("file"), "old");
  std::ifstream reader(path("file"));
  write_file_atomically(path("file"), "new");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "old");
  EXPECT_EQ(read(path("file")), "new");
}

TEST_F(AtomicFile, WritesBesideTheProgramWhenThePathHasNoFolder) {
  const fs::path before = fs::current_path();
  fs::current_path(path(""));
  write_file_atomically("relative", "content");
  fs::current_path(before);
  EXPECT_EQ(read(path("relative")), "content");
}

TEST_F(AtomicFile, FollowsASymbolicLink) {
  fs::create_directory(path("elsewhere"));
  write_file_atomically(path("elsewhere/target"), "old");
  fs::create_symlink("elsewhere/target", path("link"));
  write_file_atomically(path("link"), "new");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(read(path("elsewhere/target")), "new");
}

TEST_F(AtomicFile, MissingFolderIsNamedAndNotMade) {
  const fs::path file = path("missing/file");
  EXPECT_THAT(refusal(file, "x"),
              AllOf(HasSubstr("[write]"), HasSubstr(file.string()), HasSubstr("No such file or directory")));
  EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(AtomicFile, AFolderInTheWayIsNamedAndKept) {
  fs::create_directory(path("folder"));
  EXPECT_THAT(refusal(path("folder"), "x"),
              AllOf(HasSubstr(path("folder").string()), HasSubstr("Is a directory")));
  EXPECT_THAT(names(), testing::ElementsAre("folder"));
}

TEST_F(AtomicFile, ReadOnlyFolderLeavesTheOldFile) {
  write_file_atomically(path("file"), "old");
  fs::permissions(path(""), fs::perms::owner_read | fs::perms::owner_exec);
  const uid_t user = geteuid(), nobody = 65534;
  if (user == 0) {  // who may write everywhere
    ASSERT_EQ(chown(path("").c_str(), nobody, gid_t(-1)), 0);
    ASSERT_EQ(seteuid(nobody), 0);
  }
  const std::string message = refusal(path("file"), "new");
  ASSERT_EQ(seteuid(user), 0);

  EXPECT_THAT(message, AllOf(HasSubstr("Permission denied"), HasSubstr("The old file is unchanged.")));
  EXPECT_EQ(read(path("file")), "old");
  EXPECT_THAT(names(), testing::ElementsAre("file"));
}

// A limit on the size of files makes a write fail in the middle, as a full disk does.
TEST_F(AtomicFile, AWriteThatFailsInTheMiddleLeavesTheOldFileAndNothingElse) {
  write_file_atomically(path("file"), "old");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 10'000;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message = refusal(path("file"), std::string(1'000'000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);

  EXPECT_THAT(message, AllOf(HasSubstr("cannot write"), HasSubstr(path("file").string()),
                             HasSubstr("File too large"), HasSubstr("The old file is unchanged.")));
  EXPECT_EQ(read(path("file")), "old");
  EXPECT_THAT(names(), testing::ElementsAre("file"));
}

TEST_F(AtomicFile, DevicesAreWrittenToAndStayDevices) {
  write_file_atomically("/dev/null", "content");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_THAT(refusal("/dev/full", "content"),
              AllOf(HasSubstr("/dev/full"), HasSubstr("No space left on device")));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

// Two writers and a reader: whatever the reader finds is one writer's whole content.
TEST_F(AtomicFile, ThreadsThatWriteTheSameFileNeverMixTheirContents) {
  write_file_atomically(path("file"), std::string(100'000, 'a'));
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (const char letter : {'a', 'b'})
    writers.emplace_back([&, letter] {
      while (!stop) write_file_atomically(path("file"), std::string(100'000, letter));
    });
  for (int i = 0; i < 200; ++i) {
    const std::string content = read(path("file"));
    EXPECT_EQ(content.size(), 100'000u);
    EXPECT_EQ(content.find_first_not_of(content[0]), std::string::npos);
  }
  stop = true;
  for (std::thread& writer : writers) writer.join();
  EXPECT_THAT(names(), testing::ElementsAre("file"));
}

}  // namespace
}  // namespace gradus
