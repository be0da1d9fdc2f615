#include "data/gzip.h"

#include <gmock/gmock.h>

#include <sstream>

#include "base/random.h"
#include "tests/data/files.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using test::message_of, test::gzip;
using testing::AllOf, testing::HasSubstr;

std::string unpack(const std::string& file, std::size_t piece = 1000) {
  std::istringstream stream(file);
  GzipReader reader(stream, "FILE");
  std::string content;
  std::vector<std::uint8_t> buffer(piece);
  while (const std::size_t count = reader.read(buffer)) {
    content.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
    if (count < piece) break;
  }
  return content;
}

std::string noise(std::size_t size) {
  Random random(1, "noise");
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(random());
  return bytes;
}

TEST(Gzip, UnpacksWhateverTheSizeOfThePieces) {
  const std::string content = noise(300'000) + std::string(500'000, 'a');  // larger than any buffer
  const std::string packed = gzip(content);
  for (const std::size_t piece : {1000u, 4096u, 131'072u, 800'000u, 800'001u})
    EXPECT_EQ(unpack(packed, piece), content);
  EXPECT_EQ(unpack(gzip("abc"), 1), "abc");
  EXPECT_EQ(unpack(gzip("")), "");
}

TEST(Gzip, ReadsPlainFilesAsTheyAre) {
  for (const std::string& content :
       {std::string(), std::string("\x1f"), std::string("\x1f\x8c..."), noise(5000)})
    EXPECT_EQ(unpack(content), content);
}

TEST(Gzip, JoinsMembers) {
  EXPECT_EQ(unpack(gzip("one") + gzip("") + gzip("two")), "onetwo");
  EXPECT_EQ(unpack(gzip("one") + gzip("") + gzip("two"), 3), "onetwo");
  const std::string large = noise(131'072 - 23);  // the first member ends where the reader's buffer does
  ASSERT_GT(gzip(large).size(), 131'072u - 23u);
  for (std::size_t shorter = 0; shorter < 64; ++shorter) {
    const std::string part = large.substr(shorter);
    ASSERT_EQ(unpack(gzip(part) + gzip("end")), part + "end");
  }
}

TEST(Gzip, RefusesEveryCut) {
  const std::string content = "forty-two bytes of nothing in particular..", packed = gzip(content);
  for (std::size_t size = 2; size < packed.size(); ++size)
    EXPECT_THAT(message_of([&] { unpack(packed.substr(0, size)); }),
                AllOf(HasSubstr("FILE is cut off"), HasSubstr(std::to_string(size) + " bytes")));
  const std::string two = gzip("one") + packed;
  for (std::size_t size = gzip("one").size() + 1; size < two.size(); ++size)
    EXPECT_THAT(message_of([&] { unpack(two.substr(0, size)); }), HasSubstr("FILE is cut off"));
}

TEST(Gzip, RefusesEveryFlippedBitThatMatters) {
  const std::string content = "forty-two bytes of nothing in particular..", packed = gzip(content);
  for (std::size_t i = 0; i < packed.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = packed;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      try {  // nothing depends on the time stamp and the like, nor on what fills up the last byte before the trailer
        const std::string unpacked = unpack(damaged);
        EXPECT_TRUE(unpacked == content || unpacked == damaged) << i << " " << bit;
        EXPECT_TRUE(i < 10 || i == packed.size() - 9) << i << " " << bit;
      } catch (const Error&) {
      }
    }
  }
}

TEST(Gzip, VerifiesChecksumAndLength) {
  std::string wrong_sum = gzip("content"), wrong_length = wrong_sum;
  ++wrong_sum[wrong_sum.size() - 8];
  ++wrong_length[wrong_length.size() - 4];
  EXPECT_THAT(message_of([&] { unpack(wrong_sum); }), HasSubstr("FILE is damaged (incorrect data check)"));
  EXPECT_THAT(message_of([&] { unpack(wrong_length); }),
              HasSubstr("FILE is damaged (incorrect length check)"));
}

TEST(Gzip, RefusesWhatFollows) {
  EXPECT_THAT(message_of([] { unpack(gzip("content") + "junk!"); }), HasSubstr("5 bytes of something else"));
  EXPECT_THAT(message_of([] { unpack(gzip("content") + std::string(512, '\0')); }), HasSubstr("512 bytes"));
  EXPECT_THAT(message_of([] { unpack(gzip("content") + std::string(300'000, '-')); }),
              HasSubstr("300000 bytes"));
  EXPECT_THAT(message_of([] { unpack(gzip("content") + "\x1f junk"); }), HasSubstr("damaged"));
}

TEST(Gzip, KnowsTheMostThatCanBeInside) {
  const std::string zeros(10'000'000, '\0');
  std::istringstream packed(gzip(zeros)), plain("12345");
  const GzipReader reader(packed, "FILE"), plain_reader(plain, "FILE");
  EXPECT_TRUE(reader.gzipped());
  EXPECT_FALSE(plain_reader.gzipped());
  EXPECT_GE(reader.max_size(), zeros.size());
  EXPECT_LE(reader.max_size(), zeros.size() / 10 * 11);  // zeros are packed nearly as well as can be
  EXPECT_EQ(plain_reader.max_size(), 5u);
}

TEST(Gzip, RefusesWhatCannotBeRead) {
  std::istringstream broken("text");
  broken.setstate(std::ios::badbit);
  EXPECT_THAT(message_of([&] { GzipReader(broken, "FILE"); }), HasSubstr("FILE cannot be read"));
}

}  // namespace
}  // namespace gradus
