#include "tools/report/style.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>
#include <stdexcept>
#include <string_view>

#include "tools/pages/page.h"

namespace gradus::report {

Style style_of(std::size_t index) {
  constexpr std::size_t colors = 12;
  static const std::vector<int> dashes[] = {{}, {8, 4}, {2, 3}, {9, 3, 2, 3}};
  static const char* const marks[] = {"M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z",
                                      "M-3.2-3.2h6.4v6.4h-6.4z",
                                      "M0-4.4L4 3L-4 3z",
                                      "M0-4.8L4.4 0L0 4.8L-4.4 0z",
                                      "M0 4.4L4-3L-4-3z",
                                      "M-1.4-4.2h2.8v2.8h2.8v2.8h-2.8v2.8h-2.8v-2.8h-2.8v-2.8h2.8z",
                                      "M-4-3.6L4 3.6V-3.6L-4 3.6z"};
  return {index % colors + 1, dashes[index / 6 % std::size(dashes)], marks[index % std::size(marks)]};
}

// The look's first colours are those for light.
std::string color_on_paper(const Style& style) {
  const std::string name = fmt::format("--series-{}: ", style.color);
  const auto found = pages::look().find(name);
  if (found == std::string_view::npos) throw std::logic_error("the pages' look has no colour " + name);
  return std::string(pages::look().substr(found + name.size(), 7));
}

std::string swatch(std::size_t index) {
  const Style style = style_of(index);
  return fmt::format(
      "<svg class=\"swatch\" width=\"34\" height=\"12\" viewBox=\"-17 -6 34 12\" aria-hidden=\"true\" "
      "style=\"color:var(--series-{})\"><path d=\"M-17 0H17\" stroke=\"currentColor\" stroke-width=\"2\" "
      "stroke-dasharray=\"{}\"/><path d=\"{}\" fill=\"currentColor\"/></svg>",
      style.color, fmt::join(style.dash, " "), style.mark);
}

}  // namespace gradus::report
