#include "data/idx.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <sstream>

#include "base/random.h"
#include "data/sha256.h"
#include "tests/data/files.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace gradus {
namespace {

using namespace std::string_literals;
using test::message_of, test::gzip, test::idx;
using testing::AllOf, testing::ElementsAre, testing::HasSubstr;

Idx parse(const std::string& file) {
  std::istringstream stream(file);
  return read_idx(stream, "FILE");
}

std::string refusal(const std::string& file) {
  return message_of([&] { parse(file); });
}

TEST(Idx, ReadsEveryType) {
  EXPECT_THAT(parse(idx(0x08, {3}, "\x00\x7f\xff"s)).values(), ElementsAre(0, 127, 255));
  EXPECT_THAT(parse(idx(0x09, {3}, "\x00\x7f\x80"s)).values(), ElementsAre(0, 127, -128));
  EXPECT_THAT(parse(idx(0x0B, {3}, "\x01\x02\xff\xff\x80\x00"s)).values(), ElementsAre(258, -1, -32768));
  EXPECT_THAT(parse(idx(0x0C, {2}, "\x01\x02\x03\x04\x80\x00\x00\x00"s)).values(),
              ElementsAre(16909060, -2147483648.0));
  EXPECT_THAT(parse(idx(0x0D, {2}, "\x3f\x80\x00\x00\xc0\x48\x00\x00"s)).values(), ElementsAre(1, -3.125));
  EXPECT_THAT(
      parse(idx(0x0E, {2}, "\x3f\xf0\x00\x00\x00\x00\x00\x00\xc0\x09\x00\x00\x00\x00\x00\x00"s)).values(),
      ElementsAre(1, -3.125));
}

TEST(Idx, ReadsShapes) {
  const Idx cube = parse(idx(8, {2, 1, 3}, "abcdef"));
  EXPECT_EQ(cube.type, IdxType::u8);
  EXPECT_THAT(cube.dimensions, ElementsAre(2, 1, 3));
  EXPECT_THAT(cube.payload, ElementsAre('a', 'b', 'c', 'd', 'e', 'f'));
  EXPECT_TRUE(parse(idx(8, {0, 28, 28}, "")).payload.empty());
  EXPECT_EQ(parse(idx(8, std::vector<std::uint32_t>(255, 1), "x")).dimensions.size(), 255u);
  EXPECT_EQ(parse(idx(0x0C, {2, 8}, std::string(64, 'x'))).values().size(), 16u);  // as QMNIST's labels
}

TEST(Idx, IsTheSamePackedAndNot) {
  const std::string file = idx(8, {2, 3}, "abcdef");
  for (const std::string& form : {file, gzip(file), gzip(file.substr(0, 5)) + gzip(file.substr(5))}) {
    const Idx read = parse(form);
    EXPECT_THAT(read.dimensions, ElementsAre(2, 3));
    EXPECT_THAT(read.payload, ElementsAre('a', 'b', 'c', 'd', 'e', 'f'));
    EXPECT_EQ(read.sha256(), sha256({std::vector<std::uint8_t>(file.begin(), file.end())}));
  }
}

TEST(Idx, RefusesEveryCut) {
  const std::string file = idx(8, {2, 3}, "abcdef");
  EXPECT_THAT(refusal(""), HasSubstr("[read_idx] FILE is empty"));
  EXPECT_THAT(refusal(gzip("")), HasSubstr("[read_idx] FILE is empty"));
  for (std::size_t size = 1; size < file.size(); ++size) {
    EXPECT_THAT(refusal(file.substr(0, size)), HasSubstr("FILE is cut off"));
    EXPECT_THAT(refusal(gzip(file.substr(0, size))), HasSubstr("FILE is cut off"));
  }
  EXPECT_THAT(refusal(file.substr(0, 9)),
              AllOf(HasSubstr("2 dimensions has 12 bytes"), HasSubstr("ends after 9")));
  EXPECT_THAT(refusal(file.substr(0, 17)), AllOf(HasSubstr("2 × 3 elements, 6 bytes"), HasSubstr("come 5")));
  EXPECT_THAT(refusal(gzip(file.substr(0, 17))),
              AllOf(HasSubstr("2 × 3 elements, 6 bytes"), HasSubstr("come 5")));
  const std::string packed = gzip(file);
  for (std::size_t size = 2; size < packed.size(); ++size)
    EXPECT_THAT(refusal(packed.substr(0, size)), HasSubstr("FILE is cut off"));
}

TEST(Idx, RefusesMoreThanTheHeaderSays) {
  const std::string file = idx(8, {2, 3}, "abcdef");
  for (const std::string& form : {file + "gh", gzip(file + "gh"), gzip(file) + gzip("gh")})
    EXPECT_THAT(refusal(form), AllOf(HasSubstr("too long"), HasSubstr("6 bytes"), HasSubstr("come 8")));
  EXPECT_THAT(refusal(gzip(file) + "gh"), HasSubstr("2 bytes of something else"));
}

TEST(Idx, VerifiesTheChecksumBehindTheLastElement) {
  std::string packed = gzip(idx(8, {2, 3}, "abcdef"));
  ++packed[packed.size() - 8];
  EXPECT_THAT(refusal(packed), HasSubstr("damaged (incorrect data check)"));
}

TEST(Idx, RefusesWrongMagic) {
  EXPECT_THAT(refusal(idx(0x0A, {1}, "a")), HasSubstr("elements of type 0x0a"));
  EXPECT_THAT(refusal(idx(0x0F, {1}, "a")), HasSubstr("elements of type 0x0f"));
  EXPECT_THAT(refusal("\x00\x00\x00\x00\x00"s), HasSubstr("bytes 00 00 00 00"));
  EXPECT_THAT(refusal("\x00\x00\x08\x00"s), HasSubstr("no dimensions"));
  EXPECT_THAT(refusal("\x03\x08\x00\x00\x02\x00\x00\x00"s), HasSubstr("wrong byte order"));
  EXPECT_THAT(refusal("\x89PNG\r\n\x1a\n"s),
              AllOf(HasSubstr("89 50 4e 47"), testing::Not(HasSubstr("order"))));
}

TEST(Idx, SaysWhatAServerSentInstead) {
  EXPECT_THAT(refusal("<!DOCTYPE html><html>"), HasSubstr("is a web page"));
  EXPECT_THAT(refusal("\n <html>"), HasSubstr("is a web page"));
  EXPECT_THAT(refusal(gzip("<?xml version")), HasSubstr("is a web page"));
  EXPECT_THAT(refusal("Not found"), HasSubstr("is a text that starts with \"Not \""));
  EXPECT_THAT(refusal("PK\x03\x04"), HasSubstr("is a zip archive"));
}

// The most memory that this process has had, in bytes.
Index peak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return Index{usage.ru_maxrss} * 1024;
}

TEST(Idx, AllocatesNothingThatTheHeaderOnlyClaims) {
  const Index before = peak();
  for (const auto& dimensions :
       std::vector<std::vector<std::uint32_t>>{{0xffffffff},
                                               {0x80000001},
                                               {0x10000, 0x10000},
                                               {0xffffffff, 0xffffffff, 0xffffffff},
                                               std::vector<std::uint32_t>(255, 0xffffffff)})
    EXPECT_THAT(refusal(idx(8, dimensions, "abc")),
                AllOf(HasSubstr("says that it holds"), HasSubstr("2147483648")));
  EXPECT_THAT(refusal(idx(0x0E, {0x10000001}, "abc")), HasSubstr("268435457 elements of 8 bytes"));
  EXPECT_THAT(refusal(idx(8, {0x80000000}, "abc")),
              AllOf(HasSubstr("2147483648 bytes"), HasSubstr("come 3")));
  EXPECT_THAT(refusal(gzip(idx(8, {0x80000000}, "abc"))),
              AllOf(HasSubstr("2147483648 bytes"), HasSubstr("gzip file of its size holds at most")));
  EXPECT_LT(peak() - before, Index{1} << 26);
}

TEST(Idx, RefusesABombEarly) {
  const std::string bomb = gzip(idx(8, {16}, std::string(100'000'000, '\0')));
  ASSERT_LT(bomb.size(), 200'000u);
  EXPECT_THAT(refusal(bomb), AllOf(HasSubstr("16 bytes"), HasSubstr("at least 65552")));
}

TEST(Idx, RefusesOrReadsWhateverIsDamaged) {
  const std::string plain = idx(0x0B, {2, 2}, "abcdefgh"), packed = gzip(plain);
  Random random(1, "damage");
  for (int i = 0; i < 5'000; ++i) {
    std::string file = i % 2 == 0 ? plain : packed;
    for (std::uint64_t k = 1 + random.below(3); k > 0; --k)
      file[random.below(file.size())] = static_cast<char>(random());
    try {
      const Idx read = parse(file);
      Index size = read.payload.empty() ? 0 : static_cast<Index>(read.payload.size() / read.values().size());
      for (const Index dimension : read.dimensions) size *= dimension;
      EXPECT_EQ(size, static_cast<Index>(read.payload.size()));
    } catch (const Error&) {
    }
  }
}

TEST(Idx, NamesTheFile) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(message_of([&] { read_idx(folder.path() / "none"); }),
              AllOf(HasSubstr("none cannot be opened: No such file")));
  EXPECT_THAT(message_of([&] { read_idx(folder.path()); }),
              HasSubstr(folder.path().string() + " cannot be read"));
  test::write(folder.path() / "good.gz", idx(8, {1}, "a"));  // its name does not matter
  EXPECT_THAT(read_idx(folder.path() / "good.gz").payload, ElementsAre('a'));
  EXPECT_THAT(message_of([] {
                static_cast<void>(Idx{.type = IdxType{1}, .dimensions = {}, .payload = {}}.values());
              }),
              HasSubstr("0x01"));
}

}  // namespace
}  // namespace gradus
