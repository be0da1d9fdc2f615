#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "optim/registry.h"
#include "optim/schedule.h"
#include "tools/gradus/commands.h"

namespace gradus::cli {
namespace {

// The names in "[torch, keras] …", where a line begins so.
std::vector<std::string> dialects_of(const std::string& line) {
  std::vector<std::string> names;
  const auto end = line.find(']');
  if (!line.starts_with('[') || end == std::string::npos) return names;
  std::istringstream inside(line.substr(1, end - 1));
  for (std::string name; std::getline(inside, name, ',');)
    names.push_back(name.substr(name.find_first_not_of(' ')));
  return names;
}

// A page has a paragraph for each dialect that differs; of these only the one that is asked for is kept.
std::string in_dialect(const std::string& page, std::string_view dialect) {
  std::string kept;
  std::istringstream lines(page);
  bool keep = true;
  for (std::string line; std::getline(lines, line);) {
    if (const auto names = dialects_of(line); !names.empty()) {
      keep = std::ranges::find(names, dialect) != names.end();
      line = fmt::format("In the dialect {}:{}", dialect, line.substr(line.find(']') + 1));
    }
    if (keep) kept += line + '\n';
    if (line.empty()) keep = true;
  }
  return kept;
}

// Lists the options with their defaults and ranges.
class Listing : public OptionVisitor {
 public:
  void number(std::string_view name, double& value, const Range& range) override {
    line(name, fmt::format("{}", value), range.to_string());
  }
  void integer(std::string_view name, Index& value, const Range& range) override {
    line(name, fmt::format("{}", value), "a whole number, " + range.to_string());
  }
  void flag(std::string_view name, bool& value) override {
    line(name, value ? "true" : "false", "true or false");
  }
  void schedule(std::string_view name, Schedule& value, const Range& range) override {
    line(name, fmt::format("{}", value.rate()), range.to_string() + ", or a schedule");
  }
  void dialect(Dialect& value, std::initializer_list<Dialect> all) override {
    std::string names;
    for (const Dialect one : all) names += fmt::format("{}{}", names.empty() ? "" : ", ", gradus::name(one));
    line("dialect", gradus::name(value), names);
    if (chosen) value = *chosen;
  }
  void choice(std::string_view name, int& value, std::span<const std::string_view> names) override {
    line(name, names[static_cast<std::size_t>(value)], fmt::format("{}", fmt::join(names, ", ")));
  }
  void method(std::string_view name, std::string& json) override {
    line(name, json, "a method and its options");
  }

  std::optional<Dialect> chosen;  // whose defaults are listed
  std::string text;

 private:
  void line(std::string_view name, std::string_view value, std::string_view range) {
    text += fmt::format("  {:24} {:>10}   {}\n", name, value, range);
  }
};

// How many bytes of state a method has.
class Count : public StateVisitor {
 public:
  void integer(std::string_view, std::int64_t&) override {}
  void scalar(std::string_view, double&) override {}
  void vector(std::string_view, std::span<float> values) override { bytes += values.size_bytes(); }
  void vector(std::string_view, std::span<double> values) override { bytes += values.size_bytes(); }
  std::size_t bytes = 0;
};

std::string memory(const Method& method, const std::string& options) {
  constexpr Index side = 1000;
  const auto per_parameter = [](std::size_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(side * side);
  };
  const auto optimizer = method.make_float(options);
  const std::size_t before = aligned_bytes();
  optimizer->reset(Layout({{"matrix", 0, side, side}}));
  const std::size_t held = aligned_bytes() - before;
  Count state;
  optimizer->visit(state);
  return fmt::format(
      "Memory: {:.3g} bytes for each parameter of a 1000 × 1000 matrix in float: {:.3g} of state, and {:.3g} "
      "that are "
      "made anew in each step, the gradient's 4 among them.\n",
      per_parameter(held), per_parameter(state.bytes), per_parameter(held - state.bytes));
}

// Its first sentence, on one line.
std::string summary(const std::string& page) {
  std::string sentence = page.substr(0, std::min(page.find(".\n"), page.find(". ")));
  std::ranges::replace(sentence, '\n', ' ');
  return sentence;
}

void list_methods() {
  for (const std::string& name : method_names())
    fmt::print("  {:20} {}\n", name, summary(find_method(name).page));
  fmt::print("\n`gradus explain NAME` shows a method's update, its options and where they come from.\n");
}

void explain(const std::string& name, const std::optional<std::string>& dialect) {
  const Method& method = find_method(name);
  std::string chosen = "{}";
  Listing options;
  if (dialect) {
    options.chosen = dialect_from_name(*dialect);
    chosen = fmt::format("{{\"dialect\": \"{}\"}}", gradus::name(*options.chosen));
  }
  const std::string bytes = memory(method, chosen);
  method.visit_defaults(options);

  fmt::print("{}\n", dialect ? in_dialect(method.page, *dialect) : method.page);
  fmt::print("Options, their defaults and what they may be\n{}\n{}", options.text, bytes);
}

}  // namespace

void add_explain(CLI::App& program, int&) {
  struct Options {
    std::string method;
    std::optional<std::string> dialect;
  };
  const auto o = std::make_shared<Options>();
  CLI::App& command = *program.add_subcommand(
      "explain", "Show what an optimization method does: its update, options, references");
  CLI::Option* const method =
      command.add_option("method", o->method, "Its name. If not given: lists all methods");
  command.add_option("--dialect", o->dialect, "Show one published form alone: paper, lecture, torch, keras")
      ->needs(method);
  command.callback([o] {
    if (o->method.empty())
      list_methods();
    else
      explain(o->method, o->dialect);
  });
}

}  // namespace gradus::cli
