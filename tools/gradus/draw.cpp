#include <fmt/format.h>

#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "base/error.h"
#include "tools/gradus/commands.h"
#include "tools/gradus/data.h"
#include "tools/gradus/png.h"

namespace gradus::cli {
namespace {

struct Options {
  std::string data, output;
  Index rows = 8, columns = 16;
};

void run(const Options& o) {
  check_writable(o.output, "--output");
  const Dataset images = load_sets(o.data).train;
  if (o.rows * o.columns > images.size())
    throw Error(fmt::format("[draw] {} rows of {} images are more than the {} images of {}.", o.rows,
                            o.columns, images.size(), images.name()));
  std::vector<Index> cases(static_cast<std::size_t>(o.rows * o.columns));
  std::iota(cases.begin(), cases.end(), Index{0});
  std::vector<float> values(cases.size() * static_cast<std::size_t>(images.width()));
  images.gather<float>(cases, values);

  Picture picture(o.columns * images.columns(), o.rows * images.rows(), 0);
  std::size_t next = 0;
  for (Index i = 0; i < o.rows * o.columns; ++i)
    for (Index y = 0; y < images.rows(); ++y)
      for (Index x = 0; x < images.columns(); ++x)
        picture.at(i % o.columns * images.columns() + x, i / o.columns * images.rows() + y) =
            static_cast<std::uint8_t>(values[next++] * 255 + 0.5f);
  write_png(o.output, picture);
  fmt::print("{}: {} images in {}.\n", images.name(), cases.size(), o.output);
}

}  // namespace

void add_draw(CLI::App& program, int&) {
  const auto o = std::make_shared<Options>();
  CLI::App& command = *program.add_subcommand("draw", "Draw the first training images into a picture");
  add_data_option(command, o->data);
  command.add_option("--output", o->output, "The picture's file")->required()->type_name("FILE.png");
  command.add_option("--rows", o->rows, "Rows of images")->check(CLI::Range(1, 1000))->capture_default_str();
  command.add_option("--columns", o->columns, "Images in a row")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.callback([o] { run(*o); });
}

}  // namespace gradus::cli
