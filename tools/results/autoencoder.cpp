// Trains a deep autoencoder by one method up to a given cost, and prints the training error on the way, one JSON object a
// line: what docs/results/hessian_free.py runs.
#include "nn/autoencoder.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "data/curves.h"
#include "data/mnist.h"
#include "optim/registry.h"
#include "optim/training/evaluate.h"
#include "optim/training/train.h"

namespace gradus {
namespace {

struct Arguments {
  std::string problem = "curves", mnist, method = "hessian-free", options = "{}";
  Index cases = 0, batch_size = 0, curvature_batch_size = 0, every = 1;
  double cost = 10;
  std::uint64_t seed = 0;
};

Dataset training_data(const Arguments& a) {
  Dataset data = a.problem == "curves" ? synthetic_curves({.test = 1}).train : load_mnist(a.mnist).train;
  return a.cases > 0 && a.cases < data.size() ? data.first(a.cases) : data;
}

Network network(const Arguments& a) {
  if (a.problem == "curves") return autoencoder({784, 400, 200, 100, 50, 25, 6}, {.l2 = 2e-5});
  if (a.problem == "mnist") return autoencoder({784, 1000, 500, 250, 30}, {.l2 = 1e-5});
  throw Error(fmt::format("[gradus-autoencoder] the problem is curves or mnist, not {}.", a.problem));
}

void run(const Arguments& a) {
  Network net = network(a);
  const Dataset data = training_data(a);
  Vector<float> theta = net.parameters().initialize<float>(a.seed);
  const auto method = make_optimizer<float>(a.method, a.options);
  const Index batch_size = a.batch_size > 0 ? a.batch_size : data.size();

  double seconds = 0;
  const auto say = [&](Index epoch, double cost, double loss, double squared_error, const StepReport& last) {
    fmt::print("{}\n", nlohmann::json{{"epoch", epoch},
                                      {"cost", cost},
                                      {"seconds", seconds},
                                      {"loss", loss},
                                      {"squared_error", squared_error},
                                      {"status", name(last.status)},
                                      {"damping", last.damping},
                                      {"reduction_ratio", last.reduction_ratio},
                                      {"inner_iterations", last.inner_iterations},
                                      {"step_size", last.step_size}}
                           .dump());
    std::fflush(stdout);
  };
  StepReport last;
  TrainOptions options{.epochs = 1'000'000, .batch_size = batch_size, .seed = a.seed};
  options.curvature_batch_size = a.curvature_batch_size;
  options.progress = Progress::off;
  options.on_step = [&](TrainStep& step) { last = step.report; };
  options.on_epoch = [&](TrainEpoch& epoch) {
    const EpochRecord& record = epoch.record;
    seconds += record.seconds;
    epoch.stop = record.cost >= a.cost;
    if (record.epoch % a.every == 0 || epoch.stop) {
      const Evaluation now = evaluate(net, theta, data);
      say(record.epoch, record.cost, now.loss, *now.squared_error, last);
    }
  };
  const History history = train(net, theta, *method, data, options);
  fmt::print(stderr, "{}: {}\n", a.method, history.reason);
}

}  // namespace
}  // namespace gradus

int main(int argc, char** argv) {
  gradus::Arguments a;
  CLI::App app(
      "Trains a deep autoencoder from sparse random weights; one JSON line for each epoch that is shown.",
      "gradus-autoencoder");
  app.add_option("--problem", a.problem, "curves: 784-400-200-100-50-25-6; mnist: 784-1000-500-250-30")
      ->capture_default_str();
  app.add_option("--mnist", a.mnist, "folder of MNIST's files");
  app.add_option("--method", a.method)->capture_default_str();
  app.add_option("--options", a.options, "of the method, as JSON")->capture_default_str();
  app.add_option("--cases", a.cases, "the first so many of the training set; 0: all")->capture_default_str();
  app.add_option("--batch-size", a.batch_size, "0: all cases")->capture_default_str();
  app.add_option("--curvature-batch-size", a.curvature_batch_size, "0: the batch")->capture_default_str();
  app.add_option("--every", a.every, "epochs from one evaluation to the next")->capture_default_str();
  app.add_option("--cost", a.cost, "where to stop: the work of so many gradients of all cases")
      ->capture_default_str();
  app.add_option("--seed", a.seed)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    gradus::run(a);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
  return 0;
}
