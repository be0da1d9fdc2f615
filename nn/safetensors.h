#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../base/vector.h"

/// Safetensors files: named arrays, as PyTorch, JAX and others exchange them. Little-endian: the length of
/// the header in 8 bytes; the header, a JSON object that gives each array's type, shape and place; the
/// arrays, row-major, one after the other.
namespace gradus {

using Metadata = std::map<std::string, std::string>;

/// A file's content, read and checked as a whole: sizes, places without holes or overlaps, no name twice.
class Safetensors {
 public:
  struct Array {
    std::string name;
    std::string type;  ///< "F32", "F64", "I32", …
    std::vector<Index> shape;
    std::string_view bytes;
  };

  /// Throws Error, with the file's name and what is wrong in it, before it allocates for sizes that the file
  /// does not have.
  explicit Safetensors(const std::filesystem::path& path);
  Safetensors(Safetensors&&) noexcept = default;
  Safetensors& operator=(Safetensors&&) noexcept = default;

  /// In the order of their data.
  std::span<const Array> arrays() const { return arrays_; }
  /// Null where there is none of this name.
  const Array* find(std::string_view name) const;
  const Metadata& metadata() const { return metadata_; }
  const std::string& path() const { return path_; }

  /// Copies an array's numbers; between F32 and F64 they are converted. Throws Error for another type,
  /// another number of values, and an F64 number beyond float's range.
  template <class Scalar>
  void read(const Array& array, std::span<Scalar> values) const;

 private:
  std::string path_;
  std::vector<char> data_;
  std::vector<Array> arrays_;
  Metadata metadata_;
};

/// An array to be written.
template <class Scalar>
struct NamedArray {
  std::string name;
  std::vector<Index> shape;
  std::span<const Scalar> values;
};

/// Writes F32 or F64 arrays in this order, all or nothing (base/atomic_file.h). Throws Error for names that
/// are empty, equal or "__metadata__", text that is not UTF-8, and values that do not fill their shape.
template <class Scalar>
void write_safetensors(const std::filesystem::path& path, std::span<const NamedArray<Scalar>> arrays,
                       const Metadata& metadata = {});

}  // namespace gradus
