#include "optim/training/train.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/threads.h"
#include "nn/autoencoder.h"
#include "nn/network_file.h"
#include "optim/registry.h"
#include "optim/training/evaluate.h"
#include "tools/gradus/commands.h"
#include "tools/gradus/data.h"
#include "tools/gradus/interrupt.h"

namespace gradus::cli {
namespace {

struct Options {
  std::string data;
  std::vector<std::string> layers;  // numbers between commas; a file may give a list
  bool autoencoder = false;
  std::optional<std::string> activation;
  std::string optimizer = "sgd";
  std::optional<double> learning_rate;
  std::string method_options = "{}";
  double l2 = 0, dropout = 0;
  bool l2_biases = false;
  Index batch_size = 64, curvature_batch_size = 0, batch_overlap = 0, epochs = 10, patience = 0;
  std::optional<Index> validation;
  std::string seed = "0";
  std::optional<int> threads;
  std::string history, save;
  bool quiet = false;
};

// The whole text as a number; CLI11 would take −1 for a large one and leave out what is empty.
template <class Number>
Number number_of(const std::string& text, const char* option) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    throw Error(
        fmt::format("[train] {} takes whole numbers that are not negative, not \"{}\".", option, text));
  return number;
}

std::vector<Index> layers_of(const std::string& text) {
  std::vector<Index> layers;
  std::istringstream parts(text + ",");
  for (std::string part; std::getline(parts, part, ',');) try {
      layers.push_back(number_of<Index>(part, "--layers"));
    } catch (const Error&) {
      throw Error(fmt::format(
          "[train] --layers takes whole numbers between commas, as in 784,512,10, not {}.", text));
    }
  return layers;
}

std::filesystem::path resolved(const std::string& path) {
  return std::filesystem::weakly_canonical(std::filesystem::absolute(path));
}

// The method's options as JSON; --learning-rate is one of them.
std::string method_options(const Options& o) {
  constexpr double default_of_sgd = 0.2;  // its 0.01 is too cautious for a network of rectified linear units
  auto options = nlohmann::json::parse(o.method_options, nullptr, false);
  if (!options.is_object())
    throw Error(fmt::format("[train] --options takes a JSON object, as in '{{\"beta1\": 0.8}}', not {}.",
                            o.method_options));
  if (o.learning_rate && options.contains("learning_rate"))
    throw Error("[train] --learning-rate and the learning_rate of --options are both given; give one.");
  if (o.learning_rate)
    options["learning_rate"] = *o.learning_rate;
  else if (o.optimizer == "sgd" && !o.autoencoder && !options.contains("learning_rate"))
    options["learning_rate"] = default_of_sgd;
  return options.dump();
}

Network network_for(const Options& o, const Dataset& data) {
  const std::vector<Index> given =
      o.layers.empty() ? std::vector<Index>{} : layers_of(fmt::format("{}", fmt::join(o.layers, ",")));
  if (o.autoencoder) {
    AutoencoderOptions options{.l2 = o.l2, .dropout = o.dropout};
    if (o.activation) options.activation = activation_from_name(*o.activation);
    // The encoders of Hinton & Salakhutdinov (2006) for CURVES and MNIST.
    const std::vector<Index> deep = o.data == "curves"
                                        ? std::vector<Index>{data.width(), 400, 200, 100, 50, 25, 6}
                                        : std::vector<Index>{data.width(), 1000, 500, 250, 30};
    return autoencoder(given.empty() ? deep : given, options);
  }
  if (data.classes() == 0)
    throw Error(fmt::format("[train] {} has no classes to learn; train an --autoencoder.", data.name()));
  return mlp(given.empty() ? std::vector<Index>{data.width(), 512, 512, data.classes()} : given,
             {.activation = activation_from_name(o.activation.value_or("relu")),
              .l2 = o.l2,
              .l2_biases = o.l2_biases,
              .dropout = o.dropout});
}

std::string to_string(std::span<const Index> layers) { return fmt::format("{}", fmt::join(layers, "-")); }

int run(const Options& o) {
  check_writable(o.save, "--save");
  check_writable(o.history, "--history");
  if (!o.save.empty() && !o.history.empty() && resolved(o.save) == resolved(o.history))
    throw Error(
        fmt::format("[train] --save {} and --history {} are the same file; name two.", o.save, o.history));
  if (o.threads) set_threads(*o.threads);
  const auto seed = number_of<std::uint64_t>(o.seed, "--seed");
  const auto optimizer = make_optimizer<float>(o.optimizer, method_options(o));

  const Sets sets = load_sets(o.data);
  const Index validation = o.validation.value_or(std::min<Index>(5000, sets.train.size() / 10));
  TrainOptions options{.epochs = o.epochs,
                       .batch_size = o.batch_size,
                       .curvature_batch_size = o.curvature_batch_size,
                       .batch_overlap = o.batch_overlap,
                       .seed = seed};
  Dataset data = sets.train;
  if (validation > 0) {
    auto [rest, held_out] = sets.train.split(validation, seed);
    data = rest;
    options.validation = held_out;
  }
  if (o.patience != 0) options.early_stopping = EarlyStopping{.patience = o.patience};

  Network network = network_for(o, data);
  check_fits(network, sets.test);
  Vector<float> theta = network.parameters().initialize<float>(seed);

  const std::string heading =
      fmt::format("{}: {} training, {} validation, {} test images. Network {}, {} parameters, {}.\n",
                  data.name(), data.size(), validation, sets.test.size(), to_string(network.layers()),
                  theta.size(), optimizer->name());
  options.progress = o.quiet ? Progress::off : Progress::bar;
  options.on_step = [&](TrainStep& step) {
    if (step.step == 1 && !o.quiet) {  // by now train() has accepted all that it was given
      if (isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\033[K");  // the bar, after a long step
      fmt::print("{}", heading);
      std::fflush(stdout);
    }
    step.stop = interrupt_was_caught();
  };
  options.on_epoch = [&](TrainEpoch& epoch) {
    if (!o.quiet) fmt::print("{}\n", gradus::to_string(epoch.record));
    std::fflush(stdout);
  };
  catch_interrupt();
  const History history = train(network, theta, *optimizer, data, options);

  if (!o.history.empty()) history.save(o.history);
  if (!o.save.empty()) save_network<float>(o.save, network, theta);
  const bool cut_short = interrupt_was_caught() && static_cast<Index>(history.epochs.size()) < o.epochs;
  if (cut_short)
    fmt::print(stderr, "Interrupted in epoch {}, after {} steps.\n", history.epochs.size() + 1,
               history.steps);
  else if (static_cast<Index>(history.epochs.size()) < o.epochs)
    fmt::print(stderr, "{}\n", history.reason);
  const auto print = [&](const Dataset& set, const char* part) {
    const Evaluation result = evaluate(network, theta, set);
    fmt::print("{}: {} {}, on {} images.\n", set.name(), part, gradus::to_string(result), result.cases);
  };
  if (o.autoencoder) print(data, "training");
  print(sets.test, "test");
  if (history.status == Status::non_finite) return failed;
  return cut_short ? interrupted : done;
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
      ->type_name("784,512,512,10");
  command.add_flag(
      "--autoencoder", o->autoencoder,
      "Learn to reconstruct the images from a code of a few numbers. --layers are then those of the "
      "encoder, from the pixels to the code; the decoder mirrors them. If not given: "
      "784,400,200,100,50,25,6 for the curves, else 784,1000,500,250,30");
  command.add_option(
      "--activation", o->activation,
      "The function after each hidden layer: identity, relu, leaky-relu, elu, gelu, silu, sigmoid, tanh, "
      "softplus. If not given: relu; for an autoencoder sigmoid");
  command
      .add_option("--optimizer", o->optimizer,
                  "The method that changes the parameters; `gradus explain` lists them")
      ->capture_default_str();
  command.add_option("--learning-rate", o->learning_rate,
                     "How far a step goes along the gradient. If not given: 0.2 for sgd, unless for an "
                     "autoencoder, else the method's default");
  command
      .add_option("--options", o->method_options,
                  "Other options of the method, as `gradus explain NAME` lists them")
      ->type_name("JSON")
      ->capture_default_str();
  command.add_option("--batch-size", o->batch_size, "Images that one step learns from")
      ->capture_default_str();
  command.add_option("--curvature-batch-size", o->curvature_batch_size,
                     "Of these so many, in turn, for the curvature of methods that take it, such as "
                     "hessian-free. If not given: all of the batch");
  command.add_option("--batch-overlap", o->batch_overlap,
                     "Images that a batch shares with the next, for lbfgs with --options "
                     "'{\"pairs\": \"overlap\"}'");
  command.add_option("--epochs", o->epochs, "How often every image is learned from")->capture_default_str();
  command.add_option("--l2", o->l2, "λ of the penalty ½ λ Σ w² on large weights")->capture_default_str();
  command.add_flag("--l2-biases", o->l2_biases,
                   "The penalty is on the biases, too; for an autoencoder it always is");
  command.add_option("--dropout", o->dropout, "Share of the hidden units that each step leaves out")
      ->capture_default_str();
  command.add_option(
      "--validation", o->validation,
      "Training images that are set aside to watch the progress. If not given: a tenth, at most 5000");
  command.add_option(
      "--patience", o->patience,
      "Stop when the validation loss has not improved for so many epochs, and go back to the best");
  command.add_option("--seed", o->seed, "Of all that is random; the same seed gives the same network")
      ->capture_default_str();
  command.add_option("--threads", o->threads, "Processors to use. If not given: all");
  command.add_option("--history", o->history, "Write loss and accuracy of each epoch to a JSON file")
      ->type_name("FILE.json");
  command
      .add_option("--save", o->save,
                  "Write the network to a file that gradus evaluate, PyTorch and others read")
      ->type_name("FILE.safetensors");
  command.add_flag("--quiet", o->quiet, "Print the result only");
  command.callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace gradus::cli
