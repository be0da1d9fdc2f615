#include "data/idx.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <span>
#include <string_view>

#include "base/error.h"
#include "data/gzip.h"
#include "data/sha256.h"

namespace gradus {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Of one element, in bytes; 0 for codes that are none.
Index size_of(IdxType type) {
  switch (type) {
    case IdxType::u8:
    case IdxType::i8:
      return 1;
    case IdxType::i16:
      return 2;
    case IdxType::i32:
    case IdxType::f32:
      return 4;
    case IdxType::f64:
      return 8;
  }
  return 0;
}

template <class Unsigned>
Unsigned big_endian(const std::uint8_t* bytes) {
  Unsigned x = 0;
  for (std::size_t i = 0; i < sizeof x; ++i) x = static_cast<Unsigned>(x << 8 | bytes[i]);
  return x;
}

template <class Number, class Unsigned>
std::vector<double> decode(Bytes payload) {
  std::vector<double> values(payload.size() / sizeof(Number));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::bit_cast<Number>(big_endian<Unsigned>(&payload[i * sizeof(Number)]));
  return values;
}

std::string shape_text(const std::vector<Index>& dimensions) {
  std::string text;
  for (const Index dimension : dimensions) text += fmt::format("{}{}", text.empty() ? "" : " × ", dimension);
  return text;
}

// What a file is that does not start like an IDX file.
std::string describe(const std::array<std::uint8_t, 4>& start) {
  std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with("<"))
    return "is a web page, as a server sends instead of a missing file. Fetch it again";
  if (text.starts_with("PK")) return "is a zip archive. Unpack it first";
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    return fmt::format("is a text that starts with \"{}\". Fetch it again", text);
  const bool reversed = start[2] == 0 && start[3] == 0 && size_of(IdxType{start[1]}) != 0;
  return fmt::format(
      "starts with the bytes {:02x} {:02x} {:02x} {:02x}, but an IDX file with 00 00, its type and its "
      "number of dimensions{}",
      start[0], start[1], start[2], start[3],
      reversed ? ". It seems to be in the wrong byte order; write it big-endian" : "");
}

class IdxReader {
 public:
  IdxReader(std::istream& file, const std::string& name) : name_(name), content_(file, name) {}

  Idx read() {
    Idx idx;
    const std::size_t dimensions = read_magic(idx);
    read_dimensions(idx, dimensions);
    read_payload(idx);
    return idx;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(fmt::format("[read_idx] {} {}.", name_, what));
  }

  std::size_t read_magic(Idx& idx) {
    std::array<std::uint8_t, 4> magic{};
    const std::size_t count = content_.read(magic);
    if (count == 0) fail("is empty. Fetch it again");
    if (count < magic.size())
      fail(fmt::format("is cut off: its content ends after {} bytes, an IDX header has at least 8", count));
    idx.type = IdxType{magic[2]};
    if (magic[0] != 0 || magic[1] != 0) fail(describe(magic));
    if (size_of(idx.type) == 0) {
      if (magic[2] == 0) fail(describe(magic));
      fail(fmt::format("has elements of type 0x{:02x}; IDX knows 0x08, 0x09, 0x0b, 0x0c, 0x0d and 0x0e",
                       magic[2]));
    }
    if (magic[3] == 0) fail("has no dimensions; an array has at least one");
    return magic[3];
  }

  void read_dimensions(Idx& idx, std::size_t dimensions) {
    std::vector<std::uint8_t> header(4 * dimensions);
    const std::size_t count = content_.read(header);
    if (count < header.size())
      fail(fmt::format("is cut off: its header of {} dimensions has {} bytes, but its content ends after {}",
                       dimensions, 4 + header.size(), 4 + count));
    for (std::size_t i = 0; i < dimensions; ++i)
      idx.dimensions.push_back(big_endian<std::uint32_t>(&header[4 * i]));
  }

  void read_payload(Idx& idx) {
    const std::string shape = shape_text(idx.dimensions);
    Index expected = size_of(idx.type);
    for (const Index dimension : idx.dimensions) {
      if (dimension > 0 && expected > idx_limit / dimension)
        fail(fmt::format("says that it holds {} elements of {} bytes; more than {} bytes are not read", shape,
                         size_of(idx.type), idx_limit));
      expected *= dimension;
    }
    const std::uint64_t header = 4 + 4 * idx.dimensions.size(), most = content_.max_size();
    if (header + static_cast<std::uint64_t>(expected) > most)
      fail(fmt::format("is cut off: its header promises {} elements, {} bytes, but {} {}", shape, expected,
                       content_.gzipped() ? "a gzip file of its size holds at most" : "after it come",
                       most - std::min(most, header)));
    idx.payload.resize(static_cast<std::size_t>(expected));
    const std::size_t count = content_.read(idx.payload);
    if (count < idx.payload.size())
      fail(fmt::format("is cut off: its header promises {} elements, {} bytes, but after it come {}", shape,
                       expected, count));
    std::vector<std::uint8_t> beyond(1 << 16);
    if (const std::size_t more = content_.read(beyond); more > 0)
      fail(fmt::format("is too long: its header promises {} elements, {} bytes, but after it come {}{}",
                       shape, expected, more == beyond.size() ? "at least " : "", count + more));
  }

  const std::string& name_;
  GzipReader content_;
};

}  // namespace

std::vector<double> Idx::values() const {
  switch (type) {
    case IdxType::u8:
      return decode<std::uint8_t, std::uint8_t>(payload);
    case IdxType::i8:
      return decode<std::int8_t, std::uint8_t>(payload);
    case IdxType::i16:
      return decode<std::int16_t, std::uint16_t>(payload);
    case IdxType::i32:
      return decode<std::int32_t, std::uint32_t>(payload);
    case IdxType::f32:
      return decode<float, std::uint32_t>(payload);
    case IdxType::f64:
      return decode<double, std::uint64_t>(payload);
  }
  throw Error(fmt::format("[Idx] there is no element type 0x{:02x}.", static_cast<unsigned>(type)));
}

std::string Idx::sha256() const {
  std::vector<std::uint8_t> header = {0, 0, static_cast<std::uint8_t>(type),
                                      static_cast<std::uint8_t>(dimensions.size())};
  for (const Index dimension : dimensions)
    for (int shift = 24; shift >= 0; shift -= 8)
      header.push_back(static_cast<std::uint8_t>(dimension >> shift));
  return gradus::sha256({header, payload});
}

Idx read_idx(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream)
    throw Error(fmt::format("[read_idx] {} cannot be opened: {}.", file.string(), std::strerror(errno)));
  return read_idx(stream, file.string());
}

Idx read_idx(std::istream& file, const std::string& name) { return IdxReader(file, name).read(); }

}  // namespace gradus
