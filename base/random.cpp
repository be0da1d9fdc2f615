#include "base/random.h"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace gradus {
namespace {

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

std::array<std::uint32_t, 2> halves(std::uint64_t x) {
  return {static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(x >> 32)};
}

double open_uniform(std::uint64_t high, std::uint64_t low) {
  return (static_cast<double>((high << 32 | low) >> 12) + 0.5) * 0x1p-52;  // 53 bits would round up to 1
}

// The purpose's hash, enciphered under the seed: neighbouring seeds and similar purposes have unrelated keys.
std::array<std::uint32_t, 2> key_of(std::uint64_t seed, std::string_view purpose) {
  const auto [p0, p1] = halves(fnv1a(purpose));
  const auto [s0, s1] = halves(seed);
  const auto mixed = r123::Philox4x32{}({{p0, p1, 0, 0}}, {{s0, s1}});
  return {mixed[0], mixed[1]};
}

}  // namespace

Random::Random(std::uint64_t seed, std::string_view purpose, std::uint64_t step)
    : key_(key_of(seed, purpose)), step_(step) {}

std::array<std::uint32_t, 4> Random::block(std::uint64_t index) const {
  const auto [i0, i1] = halves(index);
  const auto [s0, s1] = halves(step_);
  const auto words = r123::Philox4x32{}({{i0, i1, s0, s1}}, {{key_[0], key_[1]}});
  return {words[0], words[1], words[2], words[3]};
}

Random::result_type Random::operator()() {
  if (used_ == 4) {
    words_ = block(next_block_++);
    used_ = 0;
  }
  return words_[static_cast<std::size_t>(used_++)];
}

double Random::uniform() {
  const std::uint64_t high = (*this)(), low = (*this)();
  return open_uniform(high, low);
}

std::array<double, 2> Random::uniforms(std::uint64_t index) const {
  const auto [a, b, c, d] = block(index);
  return {open_uniform(a, b), open_uniform(c, d)};
}

std::array<double, 2> Random::normals(std::uint64_t index) const {
  constexpr std::uint64_t next_attempt = std::uint64_t{1} << 40;
  for (;; index += next_attempt) {
    const auto [a, b] = uniforms(index);
    const double u = 2 * a - 1, v = 2 * b - 1, square = u * u + v * v;
    if (square >= 1 || square == 0) continue;
    const double scale = std::sqrt(-2 * std::log(square) / square);
    return {u * scale, v * scale};
  }
}

double Random::normal() {
  const double radius = std::sqrt(-2 * std::log(uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

std::uint64_t Random::below(std::uint64_t n) {
  const std::uint64_t biased =
      (~n + 1) % n;  // 2^64 mod n: the lowest values, which would come once too often
  for (;;) {
    const std::uint64_t high = (*this)(), low = (*this)();
    if (const std::uint64_t x = high << 32 | low; x >= biased) return x % n;
  }
}

}  // namespace gradus
