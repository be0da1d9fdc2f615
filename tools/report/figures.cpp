#include "tools/report/figures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "base/atomic_file.h"
#include "base/error.h"
#include "tools/report/chart_data.h"
#include "tools/report/curves.h"
#include "tools/report/style.h"

extern char** environ;

namespace gradus::report {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ') continue;
    result += c == '{' || c == '}' ? ' ' : c;  // gnuplot counts braces, also of texts
    if (c == '\'') result += c;
  }
  return result + "'";
}

// The range of the finite numbers that were added, with some room.
class Range {
 public:
  void add(double x) {
    if (!std::isfinite(x)) return;
    low_ = std::min(low_, x);
    high_ = std::max(high_, x);
  }
  bool is_empty() const { return low_ > high_; }
  bool is_positive() const { return !is_empty() && low_ > 0; }
  double low(bool logarithmic) const {
    return logarithmic ? low_ / room(logarithmic) : low_ - room(logarithmic);
  }
  double high(bool logarithmic) const {
    return logarithmic ? high_ * room(logarithmic) : high_ + room(logarithmic);
  }

 private:
  double room(bool logarithmic) const {
    constexpr double share = 0.04;
    if (logarithmic) return high_ > low_ ? std::pow(high_ / low_, share) : 1.5;
    return high_ > low_ ? share * (high_ - low_) : std::max(1e-6, share * std::abs(high_));
  }
  double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
};

int point_type(std::size_t index) {
  constexpr int types[] = {7, 5, 9, 13, 11, 1, 3};
  return types[index % std::size(types)];
}

std::string line_style(std::size_t index) {
  const Style style = style_of(index);
  return fmt::format("lc rgb '{}' lw 2 {}pt {}", color_on_paper(style),
                     style.dash.empty() ? "" : fmt::format("dt ({}) ", fmt::join(style.dash, ",")),
                     point_type(index));
}

struct Plot {
  std::string name, x_label, y_label;
  bool log_x = false, log_y = false;
  std::string data{};
  Range x{}, y{};
  std::vector<std::string> lines{};
};

// 1, 2, 5, 10, …, where gnuplot would name the powers of ten alone.
std::string ticks(const char* axis, const Range& range, bool logarithmic) {
  const double low = range.low(logarithmic), high = range.high(logarithmic);
  if (!logarithmic || high > 1000 * low) return fmt::format("set {}tics autofreq\n", axis);
  std::vector<std::string> at;
  int inside = 0;
  for (int power = static_cast<int>(std::floor(std::log10(low))); std::pow(10, power) <= high; ++power)
    for (const int digit : {1, 2, 5}) {
      at.push_back(fmt::format("{}e{}", digit, power));
      inside += digit * std::pow(10, power) >= low && digit * std::pow(10, power) <= high;
    }
  if (inside < 2) {  // within a factor of a few: four places between the ends
    at.clear();
    for (const double share : {0.1, 0.35, 0.65, 0.9})
      at.push_back(fmt::format("{:.2g}", low * std::pow(high / low, share)));
  }
  return fmt::format("set {}tics ({})\n", axis, fmt::join(at, ", "));
}

std::string text_of(const Plot& plot) {
  std::string text =
      fmt::format("\nset output '{}.'.extension\nset xlabel {}\nset ylabel {}\nunset logscale\n", plot.name,
                  quoted(plot.x_label), quoted(plot.y_label));
  if (plot.log_x) text += "set logscale x\n";
  if (plot.log_y) text += "set logscale y\n";
  text += fmt::format("set xrange [{}:{}]\nset yrange [{}:{}]\n", plot.x.low(plot.log_x),
                      plot.x.high(plot.log_x), plot.y.low(plot.log_y), plot.y.high(plot.log_y));
  text += ticks("x", plot.x, plot.log_x) + ticks("y", plot.y, plot.log_y);
  return text + fmt::format("plot {}\nunset output\n", fmt::join(plot.lines, ", \\\n     "));
}

Plot curves_plot(const Summary& s, Axis axis) {
  const Comparison& c = s.folder->comparison;
  const Curves all = curves(s, axis, c.criterion, shared_positions(s, axis));
  Plot plot{
      .name = fmt::format("{}-{}", key(c.criterion), axis == Axis::gradients ? "gradients" : name(axis)),
      .x_label = name(axis),
      .y_label =
          fmt::format("{}, {}", name(c.criterion), s.quartiles ? "median and quartiles" : "median and range"),
      .log_x = name(axis) != c.budget_unit && !(axis == Axis::gradients && c.budget_unit == "gradients")};
  for (std::size_t i = 0; i < all.at.size(); ++i) {
    if (!plot.log_x || all.at[i] > 0) plot.x.add(all.at[i]);
    for (const auto& method : all.methods) plot.y.add(method[i].low), plot.y.add(method[i].high);
  }
  plot.log_y = plot.y.is_positive();
  plot.log_x = plot.log_x && plot.x.is_positive();
  std::vector<std::string> medians;
  for (std::size_t m = 0; m < s.methods.size(); ++m) {
    std::string rows;
    for (std::size_t i = 0; i < all.at.size(); ++i) {
      const Spread& v = all.methods[m][i];
      if (std::isfinite(v.median) && (!plot.log_x || all.at[i] > 0))
        rows += fmt::format("{} {} {} {}\n", all.at[i], v.low, v.median,
                            std::isfinite(v.high) ? v.high : plot.y.high(plot.log_y));
    }
    if (rows.empty()) continue;
    const std::string block =
        fmt::format("${}_{}", axis == Axis::gradients ? "gradients" : name(axis), s.methods[m].index);
    plot.data += fmt::format("{} << EOD\n{}EOD\n", block, rows);
    const Style style = style_of(s.methods[m].index);
    plot.lines.push_back(fmt::format("{} using 1:2:4 with filledcurves fc rgb '#d9{}' notitle", block,
                                     color_on_paper(style).substr(1)));
    medians.push_back(fmt::format("{} using 1:3 with linespoints {} pi {} title {}", block,
                                  line_style(s.methods[m].index), std::max<std::size_t>(1, all.at.size() / 8),
                                  quoted(s.methods[m].plan->name)));
  }
  plot.lines.insert(plot.lines.end(), medians.begin(), medians.end());
  return plot;
}

Plot tuning_plot(const Summary& s, const std::string& option) {
  const Comparison& c = s.folder->comparison;
  Plot plot{
      .name = option, .x_label = option, .y_label = fmt::format("final {} of a trial", name(c.criterion))};
  std::ranges::replace_if(
      plot.name, [](char x) { return !std::isalnum(static_cast<unsigned char>(x)) && x != '_' && x != '-'; },
      '-');
  std::vector<std::string> blocks;
  for (const MethodSummary& m : s.methods) {
    if (m.sensitivity.option != option) continue;
    for (const Trial& t : m.trials)
      if (t.value) plot.x.add(*t.value), plot.y.add(t.result);
  }
  if (plot.y.is_empty()) plot.y.add(1);  // every trial is lost: its mark needs a height
  plot.log_x = plot.x.is_positive();
  plot.log_y = plot.y.is_positive();
  for (const MethodSummary& m : s.methods) {
    if (m.sensitivity.option != option) continue;
    std::vector<Trial> trials = m.trials;
    std::erase_if(trials, [](const Trial& t) { return !t.value; });
    std::ranges::sort(trials, {}, [](const Trial& t) { return *t.value; });
    std::string ended, lost;
    for (const Trial& t : trials) {
      if (std::isfinite(t.result))
        ended += fmt::format("{} {}\n", *t.value, t.result);
      else
        lost += fmt::format("{} {}\n", *t.value, plot.y.high(plot.log_y));
    }
    const auto add = [&](const std::string& block, const std::string& rows, const std::string& how) {
      if (rows.empty()) return;
      plot.data += fmt::format("{} << EOD\n{}EOD\n", block, rows);
      plot.lines.push_back(fmt::format("{} using 1:2 {}", block, how));
    };
    const std::string block = fmt::format("$tuning_{}", m.index);
    add(block, ended,
        fmt::format("with {} {} title {}", m.plan->space.size() == 1 ? "linespoints" : "points",
                    line_style(m.index), quoted(m.plan->name)));
    add(block + "_lost", lost,
        fmt::format("with points lc rgb '{}' lw 2 pt 2 notitle", color_on_paper(style_of(m.index))));
  }
  return plot;
}

void run_gnuplot(const std::filesystem::path& folder) {
  const char* const arguments[] = {"gnuplot", "figures.gp", nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  pid_t process = 0;
  const int trouble =
      posix_spawnp(&process, "gnuplot", &actions, nullptr, const_cast<char* const*>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (trouble == ENOENT)
    throw Error(fmt::format(
        "[figures] there is no program gnuplot. Install it (on Debian: gnuplot-nox), then run it on {}.",
        (folder / "figures.gp").string()));
  if (trouble != 0) throw Error(fmt::format("[figures] gnuplot cannot be run: {}.", std::strerror(trouble)));
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(fmt::format("[figures] gnuplot could not draw {}.", (folder / "figures.gp").string()));
}

constexpr const char* look = R"(
set encoding utf8
set border 3 lc rgb '#626b76'
set tics nomirror textcolor rgb '#1d2126'
set grid lc rgb '#d9dde2' lt 1
set format '%g'
set key outside right top reverse Left samplen 3 width 2 spacing 1.25 noautotitle
do for [extension in 'png svg'] {
if (extension eq 'png') {
  set terminal pngcairo size 1600,900 fontscale 1.5 linewidth 1.5 dashlength 2 noenhanced background rgb 'white'
} else {
  set terminal svg size 960,540 dynamic dashlength 1.5 noenhanced background rgb 'white'
}
)";

}  // namespace

std::vector<std::string> write_figures(const Summary& summary, const std::filesystem::path& folder) {
  std::vector<Plot> plots;
  for (const Axis axis : all_axes) plots.push_back(curves_plot(summary, axis));
  for (const std::string& option : tuned_options(summary)) plots.push_back(tuning_plot(summary, option));
  std::erase_if(plots, [](const Plot& plot) { return plot.lines.empty(); });

  std::error_code ignored;  // write_file_atomically tells
  std::filesystem::create_directories(folder, ignored);
  std::string script = "# gnuplot figures.gp\n";
  for (const Plot& plot : plots) script += plot.data;
  script += look;
  std::vector<std::string> names;
  for (const Plot& plot : plots) {
    script += text_of(plot);
    for (const char* extension : {".png", ".svg"}) names.push_back(plot.name + extension);
  }
  write_file_atomically(folder / "figures.gp", script + "}\n");
  run_gnuplot(folder);
  return names;
}

}  // namespace gradus::report
