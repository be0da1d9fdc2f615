#pragma once
#include <cstdint>
#include <filesystem>
#include <istream>
#include <string>
#include <vector>

#include "../base/vector.h"

namespace gradus {

/// The format's codes for its elements.
enum class IdxType : std::uint8_t { u8 = 0x08, i8 = 0x09, i16 = 0x0B, i32 = 0x0C, f32 = 0x0D, f64 = 0x0E };

/// An array in IDX, the format of MNIST's files: bytes 0, 0, type, number of dimensions; the dimensions, 32
/// bits each; then the elements, row-major. All of it big-endian.
struct Idx {
  IdxType type = IdxType::u8;
  std::vector<Index> dimensions;
  std::vector<std::uint8_t> payload;  ///< the elements as in the file; of type u8, the values themselves

  /// The elements, of whatever type, as numbers.
  std::vector<double> values() const;
  /// Of the whole unpacked file, header and payload.
  std::string sha256() const;
};

/// No payload may be larger, in bytes.
inline constexpr Index idx_limit = Index{1} << 31;

/// Reads an IDX file, plain or gzipped. The header is checked before anything of its size is allocated:
/// against idx_limit, and against the most that a file of this size can hold. Throws Error, naming the file,
/// the expected and the actual, for whatever is not exactly one array.
Idx read_idx(const std::filesystem::path& file);
Idx read_idx(std::istream& file, const std::string& name);

}  // namespace gradus
