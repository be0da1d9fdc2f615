#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "safetensors.h"

namespace gradus {

inline constexpr Index max_safetensors_header = 100'000'000;

/// What a safetensors file's header says. The places are relative to the end of the header.
struct SafetensorsHeader {
  struct Entry {
    std::string name, type;
    std::vector<Index> shape;
    Index begin, end;
  };
  std::vector<Entry> entries;  ///< in the order of their data
  Metadata metadata;
};

/// Parses and checks the header of a file with `data` bytes behind it. Throws Error, which begins with
/// `where`.
SafetensorsHeader parse_safetensors_header(std::string_view json, Index data, const std::string& where);

/// The header's text, padded with spaces to a multiple of 8 bytes. The entries must be valid ones; throws
/// Error for text that is not UTF-8 and for a header that is too long.
std::string print_safetensors_header(const SafetensorsHeader& header, const std::string& where);

}  // namespace gradus
