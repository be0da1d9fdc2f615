#include "nn/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <bit>
#include <csignal>
#include <cstring>
#include <limits>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace gradus::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A file of this header, with so many bytes of data behind it.
std::string with_header(const std::string& json, std::size_t data, char fill = 0) {
  const std::uint64_t length = json.size();
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  return file + json + std::string(data, fill);
}

class SafetensorsFile : public WithFolder {
 protected:
  std::string refused(const std::string& content) {
    write(path(), content);
    const std::string message = message_of([&] { Safetensors file(path()); });
    EXPECT_THAT(message, AnyOf("no error", AllOf(HasSubstr("[safetensors]"), HasSubstr(path().string()))));
    return message;
  }
  std::string refused_header(const std::string& json, std::size_t data = 16) {
    return refused(with_header(json, data));
  }

  template <class Scalar>
  Vector<Scalar> values_of(const Safetensors& file, const char* name, std::size_t count) {
    Vector<Scalar> values(count);
    const Safetensors::Array* array = file.find(name);
    EXPECT_NE(array, nullptr);
    if (array) file.read(*array, std::span(values));
    return values;
  }
};

// The file that Python's safetensors library writes of {"test": zeros of int32, 2 × 2}.
TEST_F(SafetensorsFile, ReadsTheHeaderOfAFileFromElsewhere) {
  write(path(), std::string("\x3c\0\0\0\0\0\0\0", 8) +
                    R"({"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}})" +
                    std::string(16, '\0'));
  const Safetensors file(path());
  ASSERT_EQ(file.arrays().size(), 1u);
  EXPECT_EQ(file.arrays()[0].name, "test");
  EXPECT_EQ(file.arrays()[0].type, "I32");
  EXPECT_THAT(file.arrays()[0].shape, ElementsAre(2, 2));
  EXPECT_EQ(file.arrays()[0].bytes, std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16));
  EXPECT_THAT(file.metadata(), IsEmpty());
  Vector<float> values(4);
  EXPECT_THAT(message_of([&] { file.read(file.arrays()[0], std::span(values)); }),
              AllOf(HasSubstr("\"test\" has the type I32"), HasSubstr("only F32 and F64")));
}

// Byte by byte, as PyTorch's users would have it: 0.weight [[1, −2]], 0.bias [0.5], float32.
TEST_F(SafetensorsFile, WritesTheFormatByteByByte) {
  const std::vector<float> weight{1, -2}, bias{0.5};
  const std::vector<NamedArray<float>> arrays{{"0.weight", {1, 2}, weight}, {"0.bias", {1}, bias}};
  write_safetensors<float>(path(), arrays, {{"format", "pt"}});
  std::string header =
      R"({"__metadata__":{"format":"pt"},"0.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
      R"("0.bias":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  EXPECT_EQ(read(path()),
            with_header(header, 0) + std::string("\x00\x00\x80\x3f\x00\x00\x00\xc0\x00\x00\x00\x3f", 12));
}

TEST_F(SafetensorsFile, GivesBackWhatWasWritten) {
  const std::vector<double> matrix{1, 2, 3, 4, 5, 6}, scalar{0.1};
  const std::vector<NamedArray<double>> arrays{
      {"matrix \"ä\"\n", {2, 3}, matrix}, {"scalar", {}, scalar}, {"none", {3, 0}, {}}};
  const Metadata metadata{{"format", "pt"}, {"", "\xE2\x88\x82\x00"}};
  write_safetensors<double>(path(), arrays, metadata);
  const Safetensors file(path());
  EXPECT_EQ(file.metadata(), metadata);
  ASSERT_EQ(file.arrays().size(), 3u);
  for (const auto& array : arrays) {
    ASSERT_NE(file.find(array.name), nullptr) << array.name;
    EXPECT_EQ(file.find(array.name)->shape, array.shape);
    EXPECT_EQ(file.find(array.name)->type, "F64");
  }
  EXPECT_EQ(file.find("matrix"), nullptr);
  EXPECT_THAT(values_of<double>(file, "matrix \"ä\"\n", 6), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(values_of<double>(file, "scalar", 1), ElementsAre(0.1));
  EXPECT_THAT(values_of<double>(file, "none", 0), IsEmpty());
  EXPECT_EQ(read(path()).size() % 8, 0u);  // header padded: the data are aligned
}

TEST_F(SafetensorsFile, IsReadAfterAMove) {
  const std::vector<float> x{1, 2};
  const std::vector<NamedArray<float>> arrays{{"x", {2}, x}};
  write_safetensors<float>(path(), arrays);
  Safetensors first(path());
  const Safetensors second(std::move(first));
  EXPECT_THAT(values_of<float>(second, "x", 2), ElementsAre(1, 2));
}

TEST_F(SafetensorsFile, EmptyFilesHoldNothing) {
  write_safetensors<float>(path(), {});
  EXPECT_EQ(read(path()), with_header("{}      ", 0));
  EXPECT_THAT(Safetensors(path()).arrays(), IsEmpty());
  EXPECT_EQ(refused(with_header("{}", 0)), "no error");
}

TEST_F(SafetensorsFile, KeepsEveryBitOfEveryNumber) {
  const std::vector<std::uint64_t> bits{0x7ff8000000000001, 0xfff4dead00beef01, 0x7ff0000000000000,
                                        0x8000000000000000, 0x0000000000000001, 0x7fefffffffffffff};
  std::vector<double> numbers(bits.size());
  std::memcpy(numbers.data(), bits.data(), bits.size() * 8);
  const std::vector<NamedArray<double>> arrays{{"x", {6}, numbers}};
  write_safetensors<double>(path(), arrays);
  const Vector<double> back = values_of<double>(Safetensors(path()), "x", 6);
  for (std::size_t i = 0; i < bits.size(); ++i) EXPECT_EQ(std::bit_cast<std::uint64_t>(back[i]), bits[i]);

  const std::vector<std::uint32_t> short_bits{0x7fc00001, 0xffa12345, 0xff800000, 0x80000000, 1};
  std::vector<float> floats(short_bits.size());
  std::memcpy(floats.data(), short_bits.data(), short_bits.size() * 4);
  const std::vector<NamedArray<float>> shorts{{"x", {5}, floats}};
  write_safetensors<float>(path(), shorts);
  const Vector<float> again = values_of<float>(Safetensors(path()), "x", 5);
  EXPECT_EQ(std::memcmp(again.data(), short_bits.data(), 20), 0);
}

TEST_F(SafetensorsFile, ConvertsBetweenFloatAndDouble) {
  const std::vector<double> exact{0.1, -1e300, std::numeric_limits<double>::infinity()};
  const auto write = [&](std::size_t count) {
    const std::vector<NamedArray<double>> arrays{
        {"x", {static_cast<Index>(count)}, std::span(exact).first(count)}};
    write_safetensors<double>(path(), arrays);
  };
  write(1);
  EXPECT_THAT(values_of<float>(Safetensors(path()), "x", 1), ElementsAre(0.1f));
  write(2);
  EXPECT_THAT(message_of([&] { values_of<float>(Safetensors(path()), "x", 2); }),
              AllOf(HasSubstr("beyond the range of float"), HasSubstr("\"x\"")));
  const std::vector<double> infinite{exact[2]};
  const std::vector<NamedArray<double>> arrays{{"x", {1}, infinite}};
  write_safetensors<double>(path(), arrays);
  EXPECT_THAT(values_of<float>(Safetensors(path()), "x", 1),
              ElementsAre(std::numeric_limits<float>::infinity()));

  const std::vector<float> rounded{0.1f};
  const std::vector<NamedArray<float>> floats{{"x", {1}, rounded}};
  write_safetensors<float>(path(), floats);
  EXPECT_THAT(values_of<double>(Safetensors(path()), "x", 1), ElementsAre(static_cast<double>(0.1f)));
  EXPECT_THAT(message_of([&] { values_of<double>(Safetensors(path()), "x", 2); }),
              AllOf(HasSubstr("has 1 numbers"), HasSubstr("2 were asked for")));
}

TEST_F(SafetensorsFile, CutAtEveryByteIsRefused) {
  const std::vector<float> x{1, 2}, y{3};
  const std::vector<NamedArray<float>> arrays{{"x", {2}, x}, {"y", {}, y}};
  write_safetensors<float>(path(), arrays, {{"a", "b"}});
  const std::string whole = read(path());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(refused(whole.substr(0, size)), "no error") << size;
  EXPECT_EQ(refused(whole), "no error");
  EXPECT_THAT(refused(whole + '\0'), HasSubstr("describes 12 bytes of data, but 13 follow"));
}

TEST_F(SafetensorsFile, EveryChangedByteIsReadOrRefusedButNeverWorse) {
  const std::vector<float> x{1, 2}, y{3};
  const std::vector<NamedArray<float>> arrays{{"x", {2}, x}, {"y", {}, y}};
  write_safetensors<float>(path(), arrays, {{"a", "b"}});
  const std::string whole = read(path());
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      refused(changed);  // whatever is no Error fails the test
    }
}

TEST_F(SafetensorsFile, ALengthThatTheFileDoesNotHaveIsRefusedBeforeItIsAllocated) {
  for (const std::uint64_t length : {std::uint64_t{3}, std::uint64_t{100'000'001}, std::uint64_t{1} << 40,
                                     std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{0} - 7}) {
    std::string file(8, '\0');
    std::memcpy(file.data(), &length, 8);
    EXPECT_THAT(refused(file + "{}"), HasSubstr("header should have " + std::to_string(length) + " bytes"));
  }
  // Behind a hole in the file the length is there, but it is more than is allowed.
  std::string file(8, '\0');
  const std::uint64_t length = 100'000'001;
  std::memcpy(file.data(), &length, 8);
  write(path(), file);
  std::filesystem::resize_file(path(), 200'000'000);
  EXPECT_THAT(message_of([&] { Safetensors large(path()); }), HasSubstr("at most 100000000 are allowed"));
}

TEST_F(SafetensorsFile, WhatCannotBeReadIsNamed) {
  EXPECT_THAT(message_of([&] { Safetensors file(path("missing")); }),
              AllOf(HasSubstr(path("missing").string()), HasSubstr("No such file")));
  std::filesystem::create_directory(path("folder"));
  EXPECT_THAT(message_of([&] { Safetensors file(path("folder")); }), HasSubstr(path("folder").string()));
  EXPECT_NE(message_of([&] { Safetensors file("/dev/zero"); }), "no error");
  EXPECT_THAT(refused(""), HasSubstr("0 bytes is too short"));
}

TEST_F(SafetensorsFile, AHeaderThatIsNoJsonObjectIsRefused) {
  EXPECT_THAT(refused_header(""), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(refused_header(" {}", 0), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(refused_header("[]"), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(refused_header("{"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refused_header("{} x", 0), HasSubstr("not valid JSON"));
  EXPECT_THAT(refused_header("{\"\xff\":1}"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refused_header(R"({"x":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"),
              HasSubstr("nested too deeply"));
  EXPECT_THAT(refused_header(R"({"x":)" + std::string(100'000, '[')), HasSubstr("nested too deeply"));
}

TEST_F(SafetensorsFile, NamesThatComeTwiceAreRefused) {
  const std::string entry = R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  EXPECT_THAT(refused_header(R"({"x":)" + entry + R"(,"x":)" + entry + "}", 8), HasSubstr("\"x\" twice"));
  EXPECT_THAT(refused_header(R"({"x":)" + entry + R"(,"\u0078":)" + entry + "}", 8),
              HasSubstr("\"x\" twice"));
  EXPECT_THAT(refused_header(R"({"x":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}})", 8),
              HasSubstr("\"shape\" twice"));
  EXPECT_THAT(refused_header(R"({"__metadata__":{"a":"1","a":"2"}})", 0), HasSubstr("\"a\" twice"));
  EXPECT_EQ(refused_header(R"({"__metadata__":{"shape":"1","x":"2"},"x":)" + entry + "}", 8), "no error");
}

std::string one(const std::string& type, const std::string& shape, const std::string& offsets) {
  return R"({"x":{"dtype":)" + type + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

TEST_F(SafetensorsFile, EntriesMustBeWhole) {
  EXPECT_EQ(refused_header(one(R"("F32")", "[4]", "[0,16]")), "no error");
  EXPECT_THAT(refused_header(R"({"x":1})"), HasSubstr("\"x\" must have a dtype"));
  EXPECT_THAT(refused_header(R"({"x":{"dtype":"F32","shape":[4]}})"), HasSubstr("\"x\" must have a dtype"));
  EXPECT_THAT(refused_header(R"({"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16],"more":1}})"),
              HasSubstr("nothing else"));
  EXPECT_THAT(refused_header(R"({"x":{"dtype":"F32","shape":[4],"offsets":[0,16]}})"),
              HasSubstr("\"x\" must have"));
  EXPECT_THAT(refused_header(one("32", "[4]", "[0,16]")), HasSubstr("dtype of \"x\" must be a text"));
  EXPECT_THAT(refused_header(one(R"("F31")", "[4]", "[0,16]")),
              HasSubstr("type \"F31\", which is not known"));
  EXPECT_THAT(refused_header(one(R"("F32")", "4", "[0,16]")), HasSubstr("shape of \"x\" must be a list"));
  for (const char* size :
       {"-4", "4.0", "\"4\"", "null", "18446744073709551616", "9223372036854775808", "1e3"})
    EXPECT_THAT(refused_header(one(R"("F32")", '[' + std::string(size) + ']', "[0,16]")),
                HasSubstr("whole numbers of at least 0"))
        << size;
  for (const char* offsets : {"[]", "[0]", "[0,8,16]", "[16,0]"})
    EXPECT_THAT(refused_header(one(R"("F32")", "[4]", offsets)), HasSubstr("a begin and an end")) << offsets;
  EXPECT_THAT(refused_header(one(R"("F32")", "[4]", "[-16,0]")), HasSubstr("whole numbers"));
  EXPECT_THAT(refused_header(R"({"__metadata__":1})", 0), HasSubstr("__metadata__ must be an object"));
  EXPECT_THAT(refused_header(R"({"__metadata__":{"a":1}})", 0), HasSubstr("\"a\" must be a text"));
}

TEST_F(SafetensorsFile, SizesMustAgree) {
  EXPECT_THAT(refused_header(one(R"("F32")", "[5]", "[0,16]")),
              AllOf(HasSubstr("20 bytes"), HasSubstr("give it 16")));
  EXPECT_THAT(refused_header(one(R"("F64")", "[4]", "[0,16]")),
              AllOf(HasSubstr("32 bytes"), HasSubstr("give it 16")));
  EXPECT_THAT(refused_header(one(R"("F32")", "[]", "[0,16]")), HasSubstr("4 bytes"));
  EXPECT_THAT(refused_header(one(R"("F32")", "[0]", "[0,16]")), HasSubstr("0 bytes"));
  EXPECT_THAT(refused_header(one(R"("F32")", "[4]", "[0,16]"), 15),
              HasSubstr("describes 16 bytes of data, but 15"));
  // 2^62 · 4 would wrap around to 0, 4611686018427387908 · 4 to 16.
  for (const char* shape :
       {"[4611686018427387904]", "[4611686018427387908]", "[2147483648,2147483648,2147483648]",
        "[9223372036854775807,9223372036854775807]"})
    EXPECT_THAT(refused_header(one(R"("F32")", shape, "[0,16]")), HasSubstr("too large")) << shape;
  EXPECT_THAT(refused_header(one(R"("F32")", "[4]", "[9223372036854775791,9223372036854775807]")),
              HasSubstr("behind a hole"));
}

TEST_F(SafetensorsFile, HolesAndOverlapsAreRefused) {
  const auto two = [](const char* first, const char* second) {
    return std::string(R"({"b":{"dtype":"F32","shape":[2],"data_offsets":)") + first +
           R"(},"a":{"dtype":"F32","shape":[2],"data_offsets":)" + second + "}}";
  };
  EXPECT_EQ(refused_header(two("[0,8]", "[8,16]")), "no error");
  EXPECT_EQ(refused_header(two("[8,16]", "[0,8]")), "no error");
  EXPECT_THAT(refused_header(two("[0,8]", "[4,12]"), 12),
              AllOf(HasSubstr("\"a\" begins at byte 4"), HasSubstr("inside of another"),
                    HasSubstr("should begin at 8")));
  EXPECT_THAT(refused_header(two("[0,8]", "[0,8]"), 8), HasSubstr("inside of another"));
  EXPECT_THAT(refused_header(two("[0,8]", "[12,20]"), 20),
              AllOf(HasSubstr("\"a\""), HasSubstr("behind a hole")));
  EXPECT_THAT(refused_header(two("[4,12]", "[12,20]"), 20),
              AllOf(HasSubstr("\"b\""), HasSubstr("should begin at 0")));
  // An empty array lies between others, not inside of them.
  const std::string empty = R"(,"c":{"dtype":"F32","shape":[0],"data_offsets":)";
  std::string json = two("[0,8]", "[8,16]");
  json.pop_back();
  EXPECT_EQ(refused_header(json + empty + "[8,8]}}"), "no error");
  EXPECT_THAT(refused_header(json + empty + "[4,4]}}"), HasSubstr("inside of another"));
}

TEST_F(SafetensorsFile, ArraysComeInTheOrderOfTheirData) {
  write(path(), with_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},)"
                            R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                            8));
  const Safetensors file(path());
  EXPECT_EQ(file.arrays()[0].name, "b");
  EXPECT_EQ(file.arrays()[1].name, "a");
}

TEST_F(SafetensorsFile, WhatCannotBeWrittenIsRefusedAndTheOldFileKept) {
  write(path(), "old");
  const std::vector<float> x{1, 2};
  const auto refused_to_write = [&](const std::vector<NamedArray<float>>& arrays,
                                    const Metadata& metadata = {}) {
    const std::string message = message_of([&] { write_safetensors<float>(path(), arrays, metadata); });
    EXPECT_EQ(read(path()), "old");
    EXPECT_THAT(names(), ElementsAre("file"));
    return message;
  };
  EXPECT_THAT(refused_to_write({{"", {2}, x}}), HasSubstr("named \"\""));
  EXPECT_THAT(refused_to_write({{"__metadata__", {2}, x}}), HasSubstr("named \"__metadata__\""));
  EXPECT_THAT(refused_to_write({{"x", {2}, x}, {"x", {2}, x}}), HasSubstr("two arrays named \"x\""));
  EXPECT_THAT(refused_to_write({{"x", {3}, x}}), AllOf(HasSubstr("shape (3), but 2 values")));
  EXPECT_THAT(refused_to_write({{"x", {-1, -2}, x}}), HasSubstr("but 2 values"));
  EXPECT_THAT(refused_to_write({{"x", {Index{1} << 62, 4}, x}}), HasSubstr("but 2 values"));
  EXPECT_THAT(refused_to_write({{"x\xff", {2}, x}}), HasSubstr("not UTF-8"));
  EXPECT_THAT(refused_to_write({{"x", {2}, x}}, {{"a", "\xff"}}), HasSubstr("not UTF-8"));
}

// A limit on the size of files makes the write fail in the middle, as a full disk does.
TEST_F(SafetensorsFile, AWriteThatFailsLeavesTheOldFileAndNothingElse) {
  write(path(), "old");
  const std::vector<float> x(100'000);
  const std::vector<NamedArray<float>> arrays{{"x", {100'000}, x}};
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 10'000;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message = message_of([&] { write_safetensors<float>(path(), arrays); });
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(message, HasSubstr("The old file is unchanged."));
  EXPECT_EQ(read(path()), "old");
  EXPECT_THAT(names(), ElementsAre("file"));
}

}  // namespace
}  // namespace gradus::test
