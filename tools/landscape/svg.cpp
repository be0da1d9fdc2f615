#include "tools/landscape/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "tools/landscape/contours.h"
#include "tools/pages/page.h"

namespace gradus::landscape {
namespace {

constexpr double width = 720, legend_line = 22, steps_a_second = 12,
                 rest = 2.5;  // seconds after the last step
constexpr std::array<const char*, 12> colours = {"#0072b2", "#d55e00", "#009e73", "#b8568c",
                                                 "#b08600", "#3d9bd1", "#5b4bb0", "#6b6b6b",
                                                 "#8c3f12", "#4f7d00", "#c2185b", "#00838f"};

using Text = std::string;

template <class... Arguments>
void put(Text& text, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Arguments>(arguments)...);
}

// Between two colours of the relief.
std::string shade(double height) {
  constexpr std::array<std::array<double, 3>, 3> stops = {{{93, 159, 201}, {188, 217, 220}, {251, 246, 234}}};
  const std::size_t i = height < 0.5 ? 0 : 1;
  const double t = 2 * height - static_cast<double>(i);
  std::array<int, 3> mixed{};
  for (std::size_t c = 0; c < 3; ++c)
    mixed[c] = static_cast<int>(std::lround(std::lerp(stops[i][c], stops[i + 1][c], t)));
  return fmt::format("#{:02x}{:02x}{:02x}", mixed[0], mixed[1], mixed[2]);
}

struct Frame {
  Window window;
  double height;
  double x(double at) const { return width * (at - window.low.x) / window.width(); }
  double y(double at) const { return height * (window.high.y - at) / window.height(); }
  // Far points are drawn as far as a picture reaches, in their direction from the middle.
  Point place(const Point& p) const {
    const double dx = x(p.x) - width / 2, dy = y(p.y) - height / 2;
    const double shrink = std::min(1.0, 20 * width / std::max(std::hypot(dx, dy), 1.0));
    return {width / 2 + shrink * dx, height / 2 + shrink * dy};
  }
};

void write_relief(Text& text, const Race& race, const Frame& frame) {
  const Relief& relief = race.relief;
  const auto heights = relief.heights();
  put(text, "<rect width=\"{}\" height=\"{:.1f}\" fill=\"{}\"/>\n", width, frame.height, shade(0));
  for (const double level : relief.levels()) {
    const double height = relief.height(level);
    put(text, "<path fill=\"{}\" d=\"", shade(height));
    for (const Loop& loop : contours(heights, relief.columns, relief.rows, height)) {
      char command = 'M';
      for (const Point& p : loop) {
        put(text, "{}{:.1f} {:.1f}", command, width * p.x / static_cast<double>(relief.columns - 1),
            frame.height * (1 - p.y / static_cast<double>(relief.rows - 1)));
        command = 'L';
      }
      put(text, "Z");
    }
    put(text, "\"/>\n");
  }
}

// The numbers that an attribute has after each step, from `numbers`, and at what time.
void write_animation(Text& text, const char* attribute, const std::vector<double>& numbers, double seconds) {
  put(text, "<animate attributeName=\"{}\" dur=\"{:.2f}s\" repeatCount=\"indefinite\" values=\"", attribute,
      seconds);
  for (const double number : numbers) put(text, "{:.1f};", number);
  put(text, "{:.1f}\" keyTimes=\"", numbers.back());
  for (std::size_t i = 0; i < numbers.size(); ++i)
    put(text, "{:.5f};", static_cast<double>(i) / steps_a_second / seconds);
  put(text, "1\"/>");
}

void write_path(Text& text, const Path& path, const Frame& frame, const char* colour, double seconds) {
  std::vector<double> x, y, rest_of_line;
  std::string line;
  double length = 0;
  for (const Point& p : path.points) {
    const Point at = frame.place(p);
    if (!x.empty()) length += std::hypot(at.x - x.back(), at.y - y.back());
    line += fmt::format("{}{:.1f} {:.1f}", x.empty() ? 'M' : 'L', at.x, at.y);
    x.push_back(at.x);
    y.push_back(at.y);
    rest_of_line.push_back(-length);
  }
  for (double& covered : rest_of_line) covered += length;
  if (length > 0)
    for (const auto& [stroke, thick] : {std::pair{"#ffffff", 6.0}, std::pair{colour, 3.0}}) {
      put(text,
          "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\" "
          "stroke-dasharray=\"{:.1f} {:.1f}\">",
          line, stroke, thick, length, length + 1);
      write_animation(text, "stroke-dashoffset", rest_of_line, seconds);
      put(text, "</path>\n");
    }
  put(text, "<circle r=\"7\" fill=\"{}\" stroke=\"#ffffff\" stroke-width=\"2\" cx=\"{:.1f}\" cy=\"{:.1f}\">",
      colour, x.back(), y.back());
  write_animation(text, "cx", x, seconds);
  write_animation(text, "cy", y, seconds);
  put(text, "</circle>\n");
}

}  // namespace

std::string svg(const Race& race) {
  const Frame frame{race.relief.window,
                    width / std::clamp(race.relief.window.width() / race.relief.window.height(), 0.8, 2.2)};
  std::size_t steps = 1;
  for (const Runner& runner : race.runners) steps = std::max(steps, runner.paths[0].points.size() - 1);
  const double seconds = static_cast<double>(steps) / steps_a_second + rest;
  const double below = legend_line * static_cast<double>((race.runners.size() + 2) / 3) + 46;

  Text text;
  put(text,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1:.0f}\" width=\"{0}\" "
      "height=\"{1:.0f}\" "
      "font-family=\"system-ui, DejaVu Sans, sans-serif\" font-size=\"16\">\n<title>{2}</title>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
      "<svg width=\"{0}\" height=\"{3:.1f}\" viewBox=\"0 0 {0} {3:.1f}\">\n<g stroke=\"#2c4a5e\" "
      "stroke-opacity=\"0.3\" stroke-width=\"0.8\" fill-rule=\"evenodd\">\n",
      width, frame.height + below, pages::escaped(race.landscape->title), frame.height);
  write_relief(text, race, frame);
  put(text, "</g>\n");
  for (const auto& minimum : race.landscape->minima)
    put(text, "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" dy=\"0.35em\">★</text>\n",
        frame.x(minimum.at.x), frame.y(minimum.at.y));
  for (std::size_t i = 0; i < race.runners.size(); ++i)
    write_path(text, race.runners[i].paths[0], frame, colours[i % colours.size()], seconds);
  put(text, "</svg>\n<text x=\"12\" y=\"{:.1f}\" font-size=\"14\" fill=\"#626b76\">{}: {}</text>\n",
      frame.height + 24, pages::escaped(race.landscape->title), pages::escaped(race.landscape->formula));
  for (std::size_t i = 0; i < race.runners.size(); ++i) {
    const double x = 12 + width / 3 * static_cast<double>(i % 3);
    const double y = frame.height + 50 + legend_line * static_cast<double>(i / 3);
    put(text,
        "<circle cx=\"{:.0f}\" cy=\"{:.0f}\" r=\"6\" fill=\"{}\"/><text x=\"{:.0f}\" y=\"{:.0f}\" "
        "fill=\"#1d2126\">{}</text>\n",
        x + 6, y - 5, colours[i % colours.size()], x + 20, y, pages::escaped(race.runners[i].method));
  }
  put(text, "</svg>\n");
  return text;
}

}  // namespace gradus::landscape
