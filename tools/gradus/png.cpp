#include "tools/gradus/png.h"

#include <fmt/format.h>
#include <zlib.h>

#include <string>

#include "base/atomic_file.h"
#include "base/error.h"

namespace gradus::cli {
namespace {

std::string big_endian(std::size_t number) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

std::string chunk(const std::string& type, const std::string& content) {
  const std::string body = type + content;
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(content.size()) + body + big_endian(crc);
}

std::string compressed(const std::string& bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string out(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                static_cast<uLong>(bytes.size()), Z_BEST_COMPRESSION) != Z_OK)
    throw Error(fmt::format("[write_png] a picture of {} bytes could not be compressed.", bytes.size()));
  out.resize(size);
  return out;
}

}  // namespace

void write_png(const std::filesystem::path& path, const Picture& picture) {
  constexpr char filter_none = 0;
  std::string rows;
  for (Index y = 0; y < picture.height; ++y) {
    rows += filter_none;
    rows.append(reinterpret_cast<const char*>(picture.pixels.data()) + y * picture.width,
                static_cast<std::size_t>(picture.width));
  }
  const std::string eight_bits_of_grey = {8, 0, 0, 0, 0};
  write_file_atomically(
      path, "\x89PNG\r\n\x1A\n" +
                chunk("IHDR", big_endian(static_cast<std::size_t>(picture.width)) +
                                  big_endian(static_cast<std::size_t>(picture.height)) + eight_bits_of_grey) +
                chunk("IDAT", compressed(rows)) + chunk("IEND", ""));
}

}  // namespace gradus::cli
