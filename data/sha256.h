#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace gradus {

/// The SHA-256 of `parts`, one after the other, as 64 hexadecimal digits.
std::string sha256(std::initializer_list<std::span<const std::uint8_t>> parts);

}  // namespace gradus
