#include "optim/training/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/threads.h"
#include "nn/network_file.h"
#include "optim/first_order/sgd.h"
#include "optim/training/evaluate.h"
#include "tools/gradus/commands.h"
#include "tools/gradus/data.h"

namespace gradus::cli {
namespace {

struct Options {
  std::string data;
  std::vector<Index> layers;
  std::string activation = "relu", optimizer = "sgd";
  double learning_rate = 0.2, l2 = 0, dropout = 0;
  Index batch_size = 64, epochs = 10, validation = -1, patience = 0;
  std::uint64_t seed = 0;
  int threads = 0;
  std::string history, save;
  bool quiet = false;
};

volatile std::sig_atomic_t interrupt = 0;

// The first interrupt ends the run after its step, the second one the program.
void catch_interrupt() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupt = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
}

std::string to_string(const std::vector<Index>& layers) { return fmt::format("{}", fmt::join(layers, "-")); }

int run(const Options& o) {
  check_writable(o.save, "--save");
  check_writable(o.history, "--history");
  if (o.threads > 0) set_threads(o.threads);
  Sgd<float> optimizer({.learning_rate = o.learning_rate});

  const Sets sets = load_sets(o.data);
  const Index validation = o.validation >= 0 ? o.validation : std::min<Index>(5000, sets.train.size() / 10);
  TrainOptions options{.epochs = o.epochs, .batch_size = o.batch_size, .seed = o.seed};
  Dataset data = sets.train;
  if (validation > 0) {
    auto [rest, held_out] = sets.train.split(validation, o.seed);
    data = rest;
    options.validation = held_out;
  }
  if (o.patience > 0) options.early_stopping = EarlyStopping{.patience = o.patience};

  std::vector<Index> layers = o.layers;
  if (layers.empty()) layers = {data.width(), 512, 512, data.classes()};
  Network network =
      mlp(layers, {.activation = activation_from_name(o.activation), .l2 = o.l2, .dropout = o.dropout});
  check_fits(network, sets.test);
  Vector<float> theta = network.parameters().initialize<float>(o.seed);

  if (!o.quiet)
    fmt::print("{}: {} training, {} validation, {} test images. Network {}, {} parameters, {}.\n",
               data.name(), data.size(), validation, sets.test.size(), to_string(layers), theta.size(),
               optimizer.name());
  options.progress = o.quiet ? Progress::off : Progress::bar;
  options.on_step = [](TrainStep& step) { step.stop = interrupt != 0; };
  options.on_epoch = [&](TrainEpoch& epoch) {
    if (!o.quiet) fmt::print("{}\n", gradus::to_string(epoch.record));
    std::fflush(stdout);
  };
  catch_interrupt();
  const History history = train(network, theta, optimizer, data, options);

  if (!o.history.empty()) history.save(o.history);
  if (!o.save.empty()) save_network<float>(o.save, network, theta);
  if (interrupt != 0)
    fmt::print(stderr, "Interrupted in epoch {}, after {} steps.\n", history.epochs.size() + 1,
               history.steps);
  else if (static_cast<Index>(history.epochs.size()) < o.epochs)
    fmt::print(stderr, "{}\n", history.reason);
  const Evaluation test = evaluate(network, theta, sets.test);
  fmt::print("{}: test accuracy {:.2f} %, loss {:.4f}, on {} images.\n", sets.test.name(),
             100 * *test.accuracy, test.loss, test.cases);
  if (history.status == Status::non_finite) return failed;
  return interrupt != 0 ? interrupted : done;
}

}  // namespace

void add_train(CLI::App& program, int& exit_code) {
  const auto o = std::make_shared<Options>();
  CLI::App& command = *program.add_subcommand("train", "Train a network and test it");
  command.footer(
      "Without options it trains a network of two hidden layers of 512 units for ten epochs and prints, "
      "after each "
      "epoch,\nthe loss and accuracy on the images it learns from and on the validation images, which it "
      "does not.");

  add_data_option(command, o->data);
  command
      .add_option("--layers", o->layers,
                  "Units in each layer, from the pixels to the classes. If not given: 512,512 between these")
      ->delimiter(',')
      ->type_name("784,512,512,10");
  command
      .add_option(
          "--activation", o->activation,
          "The function after each hidden layer: identity, relu, leaky-relu, elu, gelu, silu, sigmoid, "
          "tanh, softplus")
      ->capture_default_str();
  command.add_option("--optimizer", o->optimizer, "The method that changes the parameters")
      ->check(CLI::IsMember({"sgd"}))
      ->capture_default_str();
  command.add_option("--learning-rate", o->learning_rate, "How far a step goes along the gradient")
      ->capture_default_str();
  command.add_option("--batch-size", o->batch_size, "Images that one step learns from")
      ->capture_default_str();
  command.add_option("--epochs", o->epochs, "How often every image is learned from")->capture_default_str();
  command.add_option("--l2", o->l2, "λ of the penalty ½ λ Σ w² on large weights")->capture_default_str();
  command.add_option("--dropout", o->dropout, "Share of the hidden units that each step leaves out")
      ->capture_default_str();
  command
      .add_option(
          "--validation", o->validation,
          "Training images that are set aside to watch the progress. If not given: a tenth, at most 5000")
      ->check(CLI::NonNegativeNumber);
  command
      .add_option(
          "--patience", o->patience,
          "Stop when the validation loss has not improved for so many epochs, and go back to the best")
      ->check(CLI::PositiveNumber);
  command.add_option("--seed", o->seed, "Of all that is random; the same seed gives the same network")
      ->capture_default_str();
  command.add_option("--threads", o->threads, "Processors to use. If not given: all")
      ->check(CLI::PositiveNumber);
  command.add_option("--history", o->history, "Write loss and accuracy of each epoch to a JSON file")
      ->type_name("FILE.json");
  command
      .add_option("--save", o->save,
                  "Write the network to a file that gradus evaluate, PyTorch and others read")
      ->type_name("FILE.safetensors");
  command.add_flag("--quiet", o->quiet, "Print the test accuracy only");
  command.callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace gradus::cli
