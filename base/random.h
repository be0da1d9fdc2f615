#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace gradus {

/// Random numbers that are a function of (seed, purpose, step) and nothing else: not of what was drawn
/// before, nor of the number of threads. The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011),
/// counter-based.
///
///     Random random(seed, "init 0.weight");      // one stream for each purpose,
///     Random mask(seed, "dropout 0", step);      // and for each step where it is drawn anew
class Random {
 public:
  using result_type = std::uint32_t;

  Random(std::uint64_t seed, std::string_view purpose, std::uint64_t step = 0);

  /// The stream's numbers in order; with min() and max() a standard uniform random bit generator.
  result_type operator()();
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }

  /// Uniform on (0, 1): the midpoints of 2^52 equal cells, so never 0 or 1.
  double uniform();
  /// Standard normal (Box and Muller 1958).
  double normal();
  /// Uniform on {0, …, n−1}, without bias; n > 0.
  std::uint64_t below(std::uint64_t n);

  /// Four numbers of the stream's block `index`, in any order and from any thread.
  std::array<std::uint32_t, 4> block(std::uint64_t index) const;
  /// Two numbers uniform on (0, 1), or two standard normal ones (polar method, Marsaglia & Bray 1964), in
  /// any order and from any thread. Of one stream take only one kind. Bits 40 to 49 of the index must be 0.
  std::array<double, 2> uniforms(std::uint64_t index) const;
  std::array<double, 2> normals(std::uint64_t index) const;

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint64_t step_;
  std::uint64_t next_block_ = 0;
  std::array<std::uint32_t, 4> words_{};
  int used_ = 4;
};

}  // namespace gradus
