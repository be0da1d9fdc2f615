#include "tools/pages/page.h"

#include <algorithm>
#include <stdexcept>

#include "page_files/embedded.h"

namespace gradus::pages {

std::string fill(std::string_view page, std::initializer_list<Part> parts) {
  std::string filled;
  for (;;) {
    const std::size_t begin = page.find("{{");
    filled += page.substr(0, begin);
    if (begin == page.npos) return filled;
    const std::size_t end = page.find("}}", begin);
    const std::string_view name = page.substr(begin + 2, end - begin - 2);
    const auto part = std::ranges::find(parts, name, &Part::first);
    if (part == parts.end()) throw std::logic_error("The page's template has no part " + std::string(name));
    filled += part->second;
    page.remove_prefix(end + 2);
  }
}

std::string_view look() { return page_files::look_css; }

std::string head(std::string_view title, std::string_view style) {
  return fill(page_files::head_html, {{"title", escaped(title)}, {"look", look()}, {"style", style}});
}

std::string for_script(std::string json) {
  for (std::size_t at = 0; (at = json.find('<', at)) != json.npos; at += 6) json.replace(at, 1, "\\u003c");
  return json;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace gradus::pages
