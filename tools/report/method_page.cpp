#include "tools/report/method_page.h"

#include <algorithm>
#include <sstream>
#include <vector>

#include "optim/registry.h"

namespace gradus::report {
namespace {

constexpr std::string_view indent = "    ";

// The first lines from `at` on that are indented; at is then behind them.
std::string indented(const std::vector<std::string>& lines, std::size_t& at) {
  while (at < lines.size() && !lines[at].starts_with(indent)) ++at;
  std::string block;
  for (; at < lines.size() && lines[at].starts_with(indent); ++at)
    block += lines[at].substr(indent.size()) + '\n';
  return block;
}

bool names_dialect(const std::string& line, const std::string& dialect) {
  const auto end = line.find(']');
  if (dialect.empty() || !line.starts_with('[') || end == line.npos) return false;
  std::istringstream names(line.substr(1, end - 1));
  for (std::string name; std::getline(names >> std::ws, name, ',');)
    if (name == dialect) return true;
  return false;
}

}  // namespace

MethodPage method_page(const std::string& name, const std::string& dialect) {
  const auto names = method_names();
  if (std::ranges::find(names, name) == names.end()) return {};
  MethodPage page{.sentence = {}, .formula = {}, .whole = find_method(name).page};
  std::vector<std::string> lines;
  std::istringstream text(page.whole);
  for (std::string line; std::getline(text, line);) lines.push_back(line);

  std::size_t at = 0;
  for (; at < lines.size() && !lines[at].empty(); ++at) page.sentence += (at ? " " : "") + lines[at];
  page.formula = indented(lines, at);
  for (std::size_t i = at; i < lines.size(); ++i) {
    if (!names_dialect(lines[i], dialect)) continue;
    if (const std::string other = indented(lines, i); !other.empty()) page.formula = other;
  }
  return page;
}

}  // namespace gradus::report
