#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace gradus::test {

/// An environment variable that is set (or, by nullptr, unset) within a scope.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) {
      old_ = old;
      was_set_ = true;
    }
    value ? setenv(name, value, 1) : unsetenv(name);
  }
  ~Variable() { was_set_ ? setenv(name_, old_.c_str(), 1) : unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string old_;
  bool was_set_ = false;
};

inline std::string gzip(std::string content) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, content.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

/// An IDX file; the payload as it is to stand there.
inline std::string idx(int type, const std::vector<std::uint32_t>& dimensions, const std::string& payload) {
  std::string file = {0, 0, static_cast<char>(type), static_cast<char>(dimensions.size())};
  for (const std::uint32_t dimension : dimensions)
    for (int shift = 24; shift >= 0; shift -= 8) file += static_cast<char>(dimension >> shift);
  return file + payload;
}

}  // namespace gradus::test

#define GRADUS_NEEDS_MNIST(folder)                                                                       \
  const char* const folder = std::getenv("GRADUS_TEST_MNIST");                                           \
  if (!folder || !std::filesystem::exists(std::filesystem::path(folder) / "train-images-idx3-ubyte.gz")) \
  GTEST_SKIP() << "Real MNIST is not here; set GRADUS_TEST_MNIST to a folder that holds its four .gz files."
