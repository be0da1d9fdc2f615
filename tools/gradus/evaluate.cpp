#include "optim/training/evaluate.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "nn/network_file.h"
#include "tools/gradus/commands.h"
#include "tools/gradus/data.h"

namespace gradus::cli {
namespace {

// Rows: what the images are. Columns: what the network takes them for.
void print_confusion(const Dataset& data, const std::vector<Index>& predicted) {
  const auto n = static_cast<std::size_t>(data.classes());
  std::vector<std::vector<Index>> count(n, std::vector<Index>(n));
  Index none = 0;
  for (std::size_t i = 0; i < predicted.size(); ++i)
    if (predicted[i] < 0)
      ++none;
    else
      ++count[static_cast<std::size_t>(data.label(static_cast<Index>(i)))]
             [static_cast<std::size_t>(predicted[i])];

  fmt::print("\nConfusion matrix: images of each class (rows) by the class predicted (columns)\n      ");
  for (std::size_t c = 0; c < n; ++c) fmt::print("{:6}", c);
  fmt::print("  right\n");
  for (std::size_t r = 0; r < n; ++r) {
    Index all = 0;
    fmt::print("{:6}", r);
    for (const Index c : count[r]) {
      all += c;
      fmt::print("{:6}", c);
    }
    const double right = all == 0 ? 0 : static_cast<double>(count[r][r]) / static_cast<double>(all);
    fmt::print("  {:5.1f} %\n", 100 * right);
  }
  if (none > 0) fmt::print("For {} images the network's output is not a number.\n", none);
}

void run(const std::string& model, const std::string& data) {
  const auto [network, theta] = load_network<float>(model);
  const Dataset test = load_sets(data).test;
  Evaluator<float> evaluator(network);
  const Evaluation result = evaluator.evaluate(theta, test);
  fmt::print("{}: test {}, on {} images.\n", test.name(), to_string(result), result.cases);
  if (network.classes() > 0) print_confusion(test, evaluator.predict(theta, test));
}

}  // namespace

void add_evaluate(CLI::App& program, int&) {
  struct Options {
    std::string model, data;
  };
  const auto o = std::make_shared<Options>();
  CLI::App& command =
      *program.add_subcommand("evaluate", "Test a network that gradus train --save has written");
  command.add_option("--network", o->model, "The network's file")->required()->type_name("FILE.safetensors");
  add_data_option(command, o->data);
  command.callback([o] { run(o->model, o->data); });
}

}  // namespace gradus::cli
