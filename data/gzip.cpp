#include "data/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace gradus {
namespace {

constexpr std::array<std::uint8_t, 2> gzip_magic = {0x1f, 0x8b};
constexpr std::size_t buffer_size = 1 << 17;
constexpr int gzip_only = 16 + MAX_WBITS;  // inflateInit2's way of saying so

// In istream's own terms, which are signed chars and counts.
std::size_t read_some(std::istream& file, const std::string& name, std::span<std::uint8_t> out) {
  file.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
  if (file.bad()) throw Error(fmt::format("[gzip] {} cannot be read.", name));
  return static_cast<std::size_t>(file.gcount());
}

}  // namespace

struct GzipReader::State {
  State(std::istream& f, std::string n) : file(f), name(std::move(n)) {
    file.seekg(0, std::ios::end);
    const auto end = static_cast<std::streamoff>(file.tellg());
    file.seekg(0);
    if (!file || end < 0)
      throw Error(fmt::format("[gzip] {} cannot be read; it must be a regular file.", name));
    size = static_cast<std::uint64_t>(end);
    std::array<std::uint8_t, 2> start{};
    gzipped = read_some(file, name, start) == start.size() && start == gzip_magic;
    file.clear();
    file.seekg(0);
    if (!gzipped) return;
    buffer.resize(buffer_size);
    if (inflateInit2(&stream, gzip_only) != Z_OK) throw std::bad_alloc();
  }
  ~State() { inflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  bool refill() {
    const std::size_t count = read_some(file, name, buffer);
    consumed += count;
    stream.next_in = buffer.data();
    stream.avail_in = static_cast<uInt>(count);
    return count > 0;
  }

  // One more piece into out; false at the content's end.
  bool inflate_into(std::span<std::uint8_t>& out) {
    if (stream.avail_in == 0 && !refill())
      throw Error(fmt::format(
          "[gzip] {} is cut off: it ends after {} bytes, before the gzip data does. Fetch it again.", name,
          size));
    const std::size_t room = std::min<std::size_t>(out.size(), std::numeric_limits<uInt>::max());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(room);
    const int status = inflate(&stream, Z_NO_FLUSH);
    out = out.subspan(room - stream.avail_out);
    if (status == Z_STREAM_END) return next_member();
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK && status != Z_BUF_ERROR)
      throw Error(fmt::format("[gzip] {} is damaged ({}). Fetch it again.", name,
                              stream.msg ? stream.msg : "it does not follow the format"));
    return true;
  }

  bool next_member() {
    if (stream.avail_in == 0 && !refill()) return false;
    if (*stream.next_in != gzip_magic[0])
      throw Error(fmt::format("[gzip] {} has {} bytes of something else after the gzip data. Fetch it again.",
                              name, size - consumed + stream.avail_in));
    inflateReset(&stream);
    return true;
  }

  std::istream& file;
  std::string name;
  std::uint64_t size = 0, consumed = 0;
  bool gzipped = false, ended = false;
  std::vector<std::uint8_t> buffer;
  z_stream stream{};
};

GzipReader::GzipReader(std::istream& file, std::string name)
    : state_(std::make_unique<State>(file, std::move(name))) {}
GzipReader::~GzipReader() = default;

std::size_t GzipReader::read(std::span<std::uint8_t> out) {
  State& s = *state_;
  if (!s.gzipped) return read_some(s.file, s.name, out);
  std::span<std::uint8_t> rest = out;
  while (!rest.empty() && !s.ended) s.ended = !s.inflate_into(rest);
  return out.size() - rest.size();
}

std::uint64_t GzipReader::max_size() const {
  constexpr std::uint64_t most = 1032;
  if (!state_->gzipped) return state_->size;
  return state_->size > std::numeric_limits<std::uint64_t>::max() / most ? state_->size : state_->size * most;
}

bool GzipReader::gzipped() const { return state_->gzipped; }

}  // namespace gradus
