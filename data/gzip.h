#pragma once
#include <cstdint>
#include <istream>
#include <memory>
#include <span>
#include <string>

namespace gradus {

/// Reads the content of a file that may be gzipped (RFC 1952, with one or more members) or not, which its
/// first two bytes tell, not its name. It unpacks straight into the caller's memory, as much as is asked for
/// and no more. Throws Error, naming the file: damaged data, a checksum or length that does not match, an end
/// that comes too early, something else after the end.
class GzipReader {
 public:
  /// `file` must be seekable and outlive the reader; `name` is for messages.
  GzipReader(std::istream& file, std::string name);
  ~GzipReader();

  /// Fills `out` and returns how many bytes came: fewer only at the content's end, whose checksum is then
  /// verified.
  std::size_t read(std::span<std::uint8_t> out);
  /// No content can be larger: the file's size or, as DEFLATE packs at most 258 bytes into 2 bits, 1032 times
  /// that.
  std::uint64_t max_size() const;
  bool gzipped() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradus
