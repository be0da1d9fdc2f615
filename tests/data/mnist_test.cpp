#include "data/mnist.h"

#include <gmock/gmock.h>

#include <array>
#include <numeric>

#include "data/mnist_files.h"
#include "tests/data/files.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;
using test::message_of, test::gzip, test::idx, test::TemporaryFolder, test::Variable;
using testing::AllOf, testing::HasSubstr;

struct Set {
  std::string images, labels;
};

// `cases` images of 2 × 2 pixels, with labels that count up to 9 and start again.
Set small_set(std::uint32_t cases) {
  std::string pixels, labels;
  for (std::uint32_t i = 0; i < cases; ++i) {
    pixels += std::string(4, static_cast<char>(i + 1));
    labels += static_cast<char>(i % 10);
  }
  return {idx(8, {cases, 2, 2}, pixels), idx(8, {cases}, labels)};
}

void write_sets(const fs::path& folder, const Set& train, const Set& test, const char* ending = "") {
  const std::array<std::string, 4> contents = {train.images, train.labels, test.images, test.labels};
  for (std::size_t i = 0; i < 4; ++i)
    test::write(folder / (std::string(mnist_files[i].name) + ending),
                *ending ? gzip(contents[i]) : contents[i]);
}

std::string refusal(const Set& train, const Set& test) {
  const TemporaryFolder folder;
  write_sets(folder.path(), train, test);
  return message_of([&] { load_idx_folder(folder.path(), "small"); });
}

// Places links to the real files.
void link_mnist(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  for (const MnistFile& file : mnist_files) {
    const std::string name = std::string(file.name) + ".gz";
    fs::create_symlink(fs::absolute(from / name), to / name);
  }
}

TEST(Mnist, IsWhatItIsKnownToBe) {
  GRADUS_NEEDS_MNIST(folder);
  const Mnist mnist = load_mnist(folder);
  for (const Dataset* data : {&mnist.train, &mnist.test}) {
    EXPECT_EQ(data->name(), "MNIST");
    EXPECT_EQ(data->rows(), 28);
    EXPECT_EQ(data->columns(), 28);
    EXPECT_EQ(data->classes(), 10);
  }
  ASSERT_EQ(mnist.train.size(), 60'000);
  ASSERT_EQ(mnist.test.size(), 10'000);
  EXPECT_EQ(mnist.train.label(0), 5);
  EXPECT_EQ(mnist.test.label(0), 7);
  std::array<int, 10> counts{};
  for (Index i = 0; i < mnist.train.size(); ++i) ++counts[static_cast<std::size_t>(mnist.train.label(i))];
  EXPECT_THAT(counts, testing::ElementsAre(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949));
  double sum = 0;
  std::vector<float> image(784);
  for (Index i = 0; i < mnist.train.size(); ++i) {
    mnist.train.gather<float>(std::span(&std::as_const(i), 1), image);
    sum = std::accumulate(image.begin(), image.end(), sum);
  }
  EXPECT_NEAR(sum / (60'000.0 * 784), 0.1307, 0.00005);
}

TEST(Mnist, IsFoundInEveryLayout) {
  GRADUS_NEEDS_MNIST(real);
  for (const char* layout : {"", "mnist", "raw", "MNIST/raw"}) {
    const TemporaryFolder folder;
    link_mnist(real, folder.path() / layout);
    EXPECT_EQ(load_mnist(folder.path()).test.size(), 10'000) << layout;
  }
}

TEST(Mnist, IsFoundInTheOrderPromised) {
  GRADUS_NEEDS_MNIST(real);
  const TemporaryFolder data, cache, home;
  const Variable data_set("GRADUS_DATA", data.path().c_str()),
      cache_set("XDG_CACHE_HOME", cache.path().c_str()), home_set("HOME", home.path().c_str());
  link_mnist(real, home.path() / ".cache/gradus");
  EXPECT_EQ(load_mnist().test.size(), 10'000);
  // Broken files are reported, not passed over; so the error tells which folder was read first.
  write_sets(cache.path() / "gradus/mnist", small_set(3), small_set(3));
  EXPECT_THAT(message_of([] { load_mnist(); }), HasSubstr((cache.path() / "gradus/mnist").string()));
  write_sets(data.path(), small_set(3), small_set(3));
  EXPECT_THAT(message_of([] { load_mnist(); }), HasSubstr(data.path().string()));
  EXPECT_EQ(load_mnist(real).test.size(), 10'000);
}

TEST(Mnist, ListsWhereItLookedAndWhatToType) {
  const TemporaryFolder data, cache, home;
  const Variable data_set("GRADUS_DATA", data.path().c_str()),
      cache_set("XDG_CACHE_HOME", cache.path().c_str()), home_set("HOME", home.path().c_str());
  test::write(data.path() / "raw/train-images-idx3-ubyte", "");
  const std::string message = message_of([] { load_mnist(); });
  for (const fs::path& root : {data.path(), cache.path() / "gradus", home.path() / ".cache/gradus"})
    EXPECT_THAT(message, AllOf(HasSubstr(root.string() + "\n"), HasSubstr((root / "mnist").string() + "\n"),
                               HasSubstr((root / "MNIST/raw").string() + "\n")));
  EXPECT_THAT(
      message,
      AllOf(HasSubstr("gradus download mnist"), HasSubstr("--data digits"),
            HasSubstr(
                "raw (without train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte)")));
  EXPECT_THROW(load_mnist(), DataNotFound);
  const std::string explicitly = message_of([&] { load_mnist(data.path() / "nothing"); });
  EXPECT_THAT(explicitly, AllOf(HasSubstr("nothing\n"), testing::Not(HasSubstr(home.path().string()))));
}

TEST(Mnist, KnowsWhereADownloadGoes) {
  const Variable data("GRADUS_DATA", "/d");
  EXPECT_EQ(default_mnist_folder(), "/d/mnist");
  const Variable no_data("GRADUS_DATA", ""), cache("XDG_CACHE_HOME", "/c");
  EXPECT_EQ(default_mnist_folder(), "/c/gradus/mnist");
  const Variable relative("XDG_CACHE_HOME", "c"), home("HOME", "/h");
  EXPECT_EQ(default_mnist_folder(), "/h/.cache/gradus/mnist");
  const Variable no_home("HOME", nullptr);
  EXPECT_THAT(message_of([] { default_mnist_folder(); }), HasSubstr("Name a folder"));
  EXPECT_THAT(message_of([] { load_mnist(); }), HasSubstr("HOME is not set"));
}

TEST(Mnist, RefusesOtherContentAndNamesBothSums) {
  const TemporaryFolder folder;
  write_sets(folder.path(), small_set(3), small_set(3));
  EXPECT_THAT(message_of([&] { load_mnist(folder.path()); }),
              AllOf(HasSubstr((folder.path() / "train-images-idx3-ubyte").string()),
                    HasSubstr(std::string(mnist_files[0].sha256)),
                    HasSubstr("Remove it, then type `gradus download mnist --to " + folder.path().string())));
}

TEST(Mnist, RefusesOneByteThatDiffers) {
  GRADUS_NEEDS_MNIST(real);
  const TemporaryFolder folder;
  link_mnist(real, folder.path());
  const fs::path labels = folder.path() / "t10k-labels-idx1-ubyte";
  std::string content = idx(8, {10'000}, std::string(10'000, '\3'));
  fs::remove(labels.string() + ".gz");
  test::write(labels, content);
  EXPECT_THAT(message_of([&] { load_mnist(folder.path()); }),
              AllOf(HasSubstr(labels.string()), HasSubstr(std::string(mnist_files[3].sha256))));
  EXPECT_EQ(load_idx_folder(folder.path(), "other").train.name(), "other");
}

TEST(IdxFolder, ReadsPlainAndPacked) {
  for (const char* ending : {"", ".gz"}) {
    const TemporaryFolder folder;
    write_sets(folder.path(), small_set(12), small_set(3), ending);
    const Mnist set = load_idx_folder(folder.path(), "small");
    EXPECT_EQ(set.train.name(), "small");
    EXPECT_EQ(set.train.size(), 12);
    EXPECT_EQ(set.test.size(), 3);
    EXPECT_EQ(set.train.rows(), 2);
    EXPECT_EQ(set.train.classes(), 10);
    EXPECT_EQ(set.test.classes(), 10);
    EXPECT_EQ(set.train.label(11), 1);
    std::vector<double> pixels(4);
    set.train.gather<double>(std::vector<Index>{11}, pixels);
    EXPECT_NEAR(pixels[3], 12 / 255.0, 1e-16);
  }
}

TEST(IdxFolder, IsCalledMnistExactlyWhenItIs) {
  const TemporaryFolder folder;
  write_sets(folder.path(), small_set(3), small_set(3));
  for (const char* name : {"MNIST", "mnist"})
    EXPECT_THAT(message_of([&] { load_idx_folder(folder.path(), name); }), HasSubstr("is not MNIST's"));
  GRADUS_NEEDS_MNIST(real);
  EXPECT_EQ(load_idx_folder(real, "some folder").train.name(), "MNIST");
}

TEST(IdxFolder, RefusesPartsThatDoNotFit) {
  const Set good = small_set(3);
  EXPECT_THAT(refusal({good.images, small_set(4).labels}, good),
              AllOf(HasSubstr("3 images"), HasSubstr("4 labels"), HasSubstr("train-labels")));
  EXPECT_THAT(refusal(good, {small_set(2).images, good.labels}),
              AllOf(HasSubstr("2 images"), HasSubstr("t10k-images")));
  EXPECT_THAT(refusal(good, {idx(8, {3, 1, 4}, std::string(12, 'x')), good.labels}),
              AllOf(HasSubstr("2 × 2"), HasSubstr("1 × 4")));
  EXPECT_THAT(refusal({good.labels, good.labels}, good), HasSubstr("1 dimensions"));
  EXPECT_THAT(refusal({good.images, good.images}, good), HasSubstr("3 dimensions"));
  EXPECT_THAT(refusal({idx(9, {3, 2, 2}, std::string(12, 'x')), good.labels}, good), HasSubstr("type 0x09"));
  EXPECT_THAT(refusal({idx(8, {0, 2, 2}, ""), idx(8, {0}, "")}, good), HasSubstr("the data is empty"));
}

TEST(IdxFolder, RefusesImagesWithoutAnyInk) {
  const Set good = small_set(3);
  EXPECT_THAT(refusal({idx(8, {3, 2, 2}, std::string(12, '\0')), good.labels}, good),
              HasSubstr("every pixel"));
}

TEST(IdxFolder, RefusesDamagedFiles) {
  const Set good = small_set(3);
  EXPECT_THAT(refusal({good.images.substr(0, 20), good.labels}, good), HasSubstr("cut off"));
  EXPECT_THAT(refusal({"<html>", good.labels}, good),
              AllOf(HasSubstr("train-images"), HasSubstr("web page")));
}

}  // namespace
}  // namespace gradus
