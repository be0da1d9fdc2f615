#include "nn/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <set>

#include "base/atomic_file.h"
#include "base/error.h"
#include "nn/safetensors_header.h"

namespace gradus {
namespace {

static_assert(std::endian::native == std::endian::little, "the arrays are copied as they lie in memory");

template <class Scalar>
constexpr const char* type_name = std::is_same_v<Scalar, float> ? "F32" : "F64";

std::string where(const std::filesystem::path& path) {
  return fmt::format("[safetensors] {}:", path.string());
}

template <class From, class To>
bool convert(std::string_view bytes, std::span<To> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    From x;
    std::memcpy(&x, bytes.data() + i * sizeof x, sizeof x);
    values[i] = static_cast<To>(x);
    if (std::isinf(values[i]) && std::isfinite(x)) return false;
  }
  return true;
}

}  // namespace

Safetensors::Safetensors(const std::filesystem::path& path) : path_(path.string()) {
  std::error_code failure;
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  std::ifstream file(path, std::ios::binary);
  if (failure || !file)
    throw Error(fmt::format("{} cannot be read: {}.", where(path),
                            failure ? failure.message() : std::string(std::strerror(errno))));
  std::uint64_t length = 0;
  if (size < sizeof length)
    throw Error(fmt::format("{} a file of {} bytes is too short to be one.", where(path), size));
  file.read(reinterpret_cast<char*>(&length), sizeof length);
  const std::uintmax_t rest = size - sizeof length;
  if (length > std::uint64_t{max_safetensors_header} || length > rest)
    throw Error(
        fmt::format("{} its header should have {} bytes; at most {} are allowed, and {} follow. This is no "
                    "safetensors file, or a part of one.",
                    where(path), length, max_safetensors_header, rest));
  std::string header(length, '\0');
  file.read(header.data(), static_cast<std::streamsize>(length));
  const Index bytes = static_cast<Index>(rest - length);
  SafetensorsHeader parsed = parse_safetensors_header(header, bytes, where(path));
  data_.resize(static_cast<std::size_t>(bytes));
  file.read(data_.data(), bytes);
  if (!file) throw Error(fmt::format("{} it could not be read to its end.", where(path)));

  for (SafetensorsHeader::Entry& entry : parsed.entries)
    arrays_.push_back({std::move(entry.name), std::move(entry.type), std::move(entry.shape),
                       std::string_view(data_.data(), data_.size())
                           .substr(static_cast<std::size_t>(entry.begin),
                                   static_cast<std::size_t>(entry.end - entry.begin))});
  metadata_ = std::move(parsed.metadata);
}

const Safetensors::Array* Safetensors::find(std::string_view name) const {
  const auto found = std::ranges::find(arrays_, name, &Array::name);
  return found == arrays_.end() ? nullptr : &*found;
}

template <class Scalar>
void Safetensors::read(const Array& array, std::span<Scalar> values) const {
  const bool is_float = array.type == "F32", is_double = array.type == "F64";
  if (!is_float && !is_double)
    throw Error(
        fmt::format("{} \"{}\" has the type {}; only F32 and F64 can be read. Convert it where it was made.",
                    where(path_), array.name, array.type));
  const std::size_t count = array.bytes.size() / (is_float ? sizeof(float) : sizeof(double));
  if (count != values.size())
    throw Error(fmt::format("{} \"{}\" has {} numbers; {} were asked for.", where(path_), array.name, count,
                            values.size()));
  if (values.empty()) return;
  if (array.type == type_name<Scalar>) {  // to the last bit, also of a NaN
    std::memcpy(values.data(), array.bytes.data(), array.bytes.size());
  } else if (!(is_float ? convert<float>(array.bytes, values) : convert<double>(array.bytes, values))) {
    throw Error(fmt::format("{} \"{}\" holds a number beyond the range of float. Read it in double.",
                            where(path_), array.name));
  }
}

template <class Scalar>
void write_safetensors(const std::filesystem::path& path, std::span<const NamedArray<Scalar>> arrays,
                       const Metadata& metadata) {
  SafetensorsHeader header;
  header.metadata = metadata;
  std::set<std::string_view> names;
  std::vector<std::string_view> parts(2);
  Index end = 0;
  for (const NamedArray<Scalar>& array : arrays) {
    if (array.name.empty() || array.name == "__metadata__")
      throw Error(fmt::format("{} an array cannot be named \"{}\".", where(path), array.name));
    if (!names.insert(array.name).second)
      throw Error(fmt::format("{} there are two arrays named \"{}\".", where(path), array.name));
    Index elements = 1;
    for (const Index size : array.shape)
      if (size < 0 || __builtin_mul_overflow(elements, size, &elements)) elements = -1;
    if (elements != static_cast<Index>(array.values.size()))
      throw Error(fmt::format("{} \"{}\" has the shape ({}), but {} values.", where(path), array.name,
                              fmt::join(array.shape, ", "), array.values.size()));
    const Index begin = end;
    end += static_cast<Index>(array.values.size_bytes());
    header.entries.push_back({array.name, type_name<Scalar>, array.shape, begin, end});
    parts.emplace_back(reinterpret_cast<const char*>(array.values.data()), array.values.size_bytes());
  }
  const std::string text = print_safetensors_header(header, where(path));
  const std::uint64_t length = text.size();
  parts[0] = {reinterpret_cast<const char*>(&length), sizeof length};
  parts[1] = text;
  write_file_atomically(path, parts);
}

template void Safetensors::read(const Array&, std::span<float>) const;
template void Safetensors::read(const Array&, std::span<double>) const;
template void write_safetensors(const std::filesystem::path&, std::span<const NamedArray<float>>,
                                const Metadata&);
template void write_safetensors(const std::filesystem::path&, std::span<const NamedArray<double>>,
                                const Metadata&);

}  // namespace gradus
