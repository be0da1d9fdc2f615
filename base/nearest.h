#pragma once
#include <cstddef>
#include <span>
#include <string_view>

namespace gradus {

/// The candidate that is fewest single-letter edits away from `name` (Levenshtein 1966), the first of
/// several; empty where even that one needs more edits than half of the longer name's letters.
std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates);

/// The place of `name` in `names`. Throws Error, which lists the names and suggests the nearest one; `what`
/// says what they are names of.
std::size_t find_name(std::string_view what, std::string_view name, std::span<const std::string_view> names);

}  // namespace gradus
