#include "data/download.h"

#include <gmock/gmock.h>

#include "data/curl.h"
#include "data/mnist.h"
#include "data/mnist_files.h"
#include "tests/data/files.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;
using test::message_of, test::TemporaryFolder;
using testing::AllOf, testing::HasSubstr;

std::string url(const fs::path& folder) { return "file://" + fs::absolute(folder).string() + "/"; }

TEST(Fetch, BringsTheReply) {
  const TemporaryFolder folder;
  const std::string content(1'000'000, 'x');
  test::write(folder.path() / "file", content);
  EXPECT_EQ(fetch(url(folder.path()) + "file", 1'000'000), content);
  test::write(folder.path() / "empty", "");
  EXPECT_EQ(fetch(url(folder.path()) + "empty", 10), "");
}

TEST(Fetch, SaysWhatWentWrong) {
  const TemporaryFolder folder;
  test::write(folder.path() / "file", std::string(1'000'000, 'x'));
  EXPECT_THAT(message_of([&] { fetch(url(folder.path()) + "file", 999'999); }),
              HasSubstr("longer than 999999 bytes"));
  EXPECT_THAT(message_of([&] { fetch(url(folder.path()) + "none", 10); }),
              AllOf(HasSubstr("none"), HasSubstr("curl: (37)")));
  EXPECT_THAT(message_of([] { fetch("--version", 1'000'000); }), HasSubstr("no reply from --version"));
}

TEST(Fetch, SaysWhatToInstall) {
  const TemporaryFolder empty;
  const test::Variable path("PATH", empty.path().c_str());
  EXPECT_THAT(message_of([] { fetch("file:///dev/null", 10); }), HasSubstr("apt-get install curl"));
}

TEST(Download, TakesTheFirstMirrorWithTheRightContent) {
  GRADUS_NEEDS_MNIST(real);
  const TemporaryFolder web_page, cut, folder;
  for (const MnistFile& file : mnist_files) {
    const std::string name = std::string(file.name) + ".gz";
    test::write(web_page.path() / name, "<html>503</html>");
    test::write(cut.path() / name, test::read(fs::path(real) / name).substr(0, 3000));
  }
  const fs::path target = folder.path() / "new" / "mnist";
  std::vector<std::string> told;
  const auto report = [&](std::string_view sentence) { told.emplace_back(sentence); };
  const std::vector<std::string> mirrors = {url(folder.path() / "none"), url(web_page.path()),
                                            url(cut.path()), url(real)};
  download_mnist(target, report, mirrors);
  EXPECT_EQ(load_mnist(target).train.size(), 60'000);
  EXPECT_EQ(std::distance(fs::directory_iterator(target), {}), 4);
  ASSERT_EQ(told.size(), 4u);
  EXPECT_THAT(told[0], AllOf(HasSubstr("train-images-idx3-ubyte.gz"), HasSubstr(url(real))));

  // What is there and whole is not fetched again; what is broken is.
  told.clear();
  test::write(target / "t10k-labels-idx1-ubyte.gz", "broken");
  download_mnist(target, report, {url(real)});
  EXPECT_THAT(told[0], HasSubstr("there already"));
  EXPECT_THAT(told[3], HasSubstr("fetched"));
  EXPECT_NO_THROW(download_mnist(target, {}, {}));
}

TEST(Download, TellsWhatEveryMirrorAnswered) {
  const TemporaryFolder web_page, other, folder;
  const std::string name = "train-images-idx3-ubyte.gz";
  test::write(web_page.path() / name, "<html>503</html>");
  test::write(other.path() / name, test::gzip(test::idx(8, {1, 1, 1}, "x")));
  const std::string message = message_of([&] {
    download_mnist(folder.path(), {}, {url(folder.path() / "none"), url(web_page.path()), url(other.path())});
  });
  EXPECT_THAT(message,
              AllOf(HasSubstr(name), HasSubstr("curl: (37)"), HasSubstr("is a web page"),
                    HasSubstr(std::string(mnist_files[0].sha256)), HasSubstr(folder.path().string())));
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Download, NamesAFolderThatCannotBeMade) {
  const TemporaryFolder folder;
  test::write(folder.path() / "file", "");
  EXPECT_THAT(message_of([&] { download_mnist(folder.path() / "file" / "mnist", {}, {}); }),
              HasSubstr("cannot be made"));
}

TEST(Download, KnowsTheMirrors) {
  for (const std::string& mirror : mnist_mirrors()) EXPECT_THAT(mirror, testing::MatchesRegex("https://.*/"));
}

}  // namespace
}  // namespace gradus
