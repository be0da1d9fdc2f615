#pragma once
#include <string_view>
#include <utility>
#include <vector>

namespace gradus::test {

/// Whether a value of an enumeration has a name: the compiler prints a value without one as a number in parentheses.
template <auto value>
constexpr bool is_named() {
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  constexpr std::string_view before = "value = ";
  return text[text.find(before) + before.size()] != '(';
}

/// All named values 0 … 63 of an enumeration.
template <class Enum>
std::vector<Enum> enumerators() {
  std::vector<Enum> list;
  const auto add = [&]<int... i>(std::integer_sequence<int, i...>) {
    ((is_named<static_cast<Enum>(i)>() ? list.push_back(static_cast<Enum>(i)) : void()), ...);
  };
  add(std::make_integer_sequence<int, 64>());
  return list;
}

}  // namespace gradus::test
