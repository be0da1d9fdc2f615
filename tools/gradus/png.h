#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/vector.h"

namespace gradus::cli {

/// A grey picture, row by row, 0 black to 255 white.
struct Picture {
  Picture(Index w, Index h, std::uint8_t grey)
      : width(w), height(h), pixels(static_cast<std::size_t>(w * h), grey) {}
  std::uint8_t& at(Index x, Index y) { return pixels[static_cast<std::size_t>(y * width + x)]; }

  Index width, height;
  std::vector<std::uint8_t> pixels;
};

/// Writes it as PNG (ISO/IEC 15948), all or nothing. Throws Error naming the file.
void write_png(const std::filesystem::path& path, const Picture& picture);

}  // namespace gradus::cli
