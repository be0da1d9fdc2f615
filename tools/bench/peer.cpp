// Measures gradus as other libraries' benchmark programs measure these: the same arguments, one JSON line a result.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/threads.h"
#include "data/mnist.h"
#include "optim/registry.h"
#include "optim/training/train.h"
#include "tools/bench/gate.h"
#include "tools/bench/interleave.h"
#include "tools/bench/problem.h"
#include "tools/bench/softmax.h"

namespace gradus::bench {
namespace {

struct Arguments {
  std::string mode = "step", mnist = ".", net = "N2", opt = "sgd";
  Index batch = 128, epochs = 10;
  int threads = 1;
  double secs = 0.6, goal = 0.98;
  double tol = 1e-5;
  std::string precision = "double", options = "{}";
  std::optional<double> learning_rate;
  std::uint64_t seed = 1;
};

// One JSON line; `more` holds further members.
void print(const Arguments& a, std::string_view test, const Measurement& m, const std::string& more = "") {
  fmt::print(
      "{{\"peer\":\"gradus\",\"test\":\"{}\",\"net\":\"{}\",\"batch\":{},\"threads\":{},\"opt\":\"{}\","
      "\"ms\":{:.6g},"
      "\"min_ms\":{:.6g},\"p25_ms\":{:.6g},\"p75_ms\":{:.6g},\"n\":{},\"probe\":{:.1f},\"bad\":{}{}{}}}\n",
      test, a.net, a.batch, a.threads, a.opt, 1e3 * m.median, 1e3 * m.least, 1e3 * m.quarter,
      1e3 * m.three_quarters, m.calls, m.gigaflops, m.refused, more.empty() ? "" : ",", more);
  std::fflush(stdout);
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// All of a dataset as the plans read it, once for a whole run.
struct Cases {
  Cases(const Dataset& data, const Network& network)
      : width(data.width()),
        target_width(network.classes() > 0 ? 1 : data.width()),
        inputs(static_cast<std::size_t>(data.size() * width)) {
    std::vector<Index> all(static_cast<std::size_t>(data.size()));
    std::iota(all.begin(), all.end(), Index{0});
    data.gather<float>(all, inputs);
    if (network.classes() == 0) return;
    labels.resize(all.size());
    data.gather_labels<float>(all, labels);
  }
  std::span<const float> batch_inputs(Index first, Index count) const {
    return part(inputs, width, first, count);
  }
  // An autoencoder's targets are its inputs.
  std::span<const float> batch_targets(Index first, Index count) const {
    return part(labels.empty() ? inputs : labels, target_width, first, count);
  }

 private:
  static std::span<const float> part(const Vector<float>& of, Index width, Index first, Index count) {
    return std::span(of).subspan(static_cast<std::size_t>(first * width),
                                 static_cast<std::size_t>(count * width));
  }

  Index width, target_width;
  Vector<float> inputs, labels;
};

std::unique_ptr<Optimizer<float>> optimizer(const Arguments& a) {
  const std::string options = fmt::format("{{\"learning_rate\": {}}}", a.learning_rate.value_or(0.05));
  return make_optimizer<float>(a.opt, a.learning_rate || a.opt == "sgd" ? options : "{}");
}

// One gradient and update a call, on the next batch of the training images.
void step(const Arguments& a) {
  Network net = network(a.net);
  const Cases cases(load_mnist(a.mnist).train, net);
  const Index batches = 60'000 / a.batch;
  Vector<float> theta = net.parameters().initialize<float>(a.seed), g(theta.size());
  NetworkObjective<float> objective(net);
  const auto method = a.opt == "none" ? nullptr : optimizer(a);
  if (method) method->reset(objective.layout());
  double loss = 0;
  const Measurement m = measure(a.threads, a.secs, [&, k = Index{0}]() mutable {
    const Index first = a.batch * (k++ % batches);
    objective.set_batch(cases.batch_inputs(first, a.batch), cases.batch_targets(first, a.batch));
    loss = method ? method->step(objective, theta).loss : static_cast<double>(objective.gradient(theta, g));
  });
  print(a, "step", m, fmt::format("\"loss\":{:.4f},\"rss_mb\":{:.0f}", loss, peak_megabytes()));
}

// Products at one θ: "full" from the parameters, "more" with what does not depend on the direction held.
void products(const Arguments& a) {
  Network net = network(a.net);
  const Cases cases(load_mnist(a.mnist).train, net);
  Vector<float> theta = net.parameters().initialize<float>(a.seed), g(theta.size());
  const Vector<float> v = net.parameters().initialize<float>(a.seed + 1);
  NetworkObjective<float> objective(net);
  objective.set_batch(cases.batch_inputs(0, a.batch), cases.batch_targets(0, a.batch));
  const auto say = [&](std::string_view test, const std::function<void()>& work) {
    print(a, test, measure(a.threads, a.secs, work));
  };
  say("gradient", [&] { objective.gradient(theta, g); });
  say("hvp_full", [&] { objective.hessian(theta).apply(v, g); });
  Curvature<float>& hessian = objective.hessian(theta);
  say("hvp_more", [&] { hessian.apply(v, g); });
  say("gnvp_full", [&] { objective.gauss_newton(theta).apply(v, g); });
  Curvature<float>& gauss_newton = objective.gauss_newton(theta);
  say("gnvp_more", [&] { gauss_newton.apply(v, g); });
}

constexpr Index many = 10'000'000;

// Its gradient is there already.
class GivenGradient : public Objective<float> {
 public:
  Index size() const override { return many; }
  float value(View) override { return 0; }
  float gradient(View, Ref) override { return 0; }
};

void updates(const Arguments& a) {
  GivenGradient objective;
  Vector<float> theta(many, 0.5F);
  for (const char* kernel : {"sgd", "momentum", "adam"}) {
    const auto method = make_optimizer<float>(kernel);
    method->reset(many);
    const Measurement m = measure(a.threads, a.secs, [&] { method->step(objective, theta); });
    print(a, "opt", m, fmt::format("\"kernel\":\"{}\",\"tensors\":1", kernel));
  }
}

// Epochs of training until the test accuracy is reached.
void epochs(const Arguments& a) {
  const double start = now();
  const Mnist data = load_mnist(a.mnist);
  Network net = network(a.net);
  Vector<float> theta = net.parameters().initialize<float>(a.seed);
  const auto method = optimizer(a);
  const double ready = now();
  double first = 0, goal_at = -1, accuracy = 0;
  std::vector<double> seconds;
  TrainOptions options{.epochs = a.epochs, .batch_size = a.batch, .seed = a.seed, .validation = data.test};
  options.progress = Progress::off;
  options.on_epoch = [&](TrainEpoch& epoch) {
    seconds.push_back(epoch.record.seconds);
    accuracy = epoch.record.validation_accuracy.value_or(0);
    if (seconds.size() == 1) first = now() - start;
    if (accuracy < a.goal) return;
    goal_at = now() - start;
    epoch.stop = true;
  };
  train(net, theta, *method, data.train, options);
  const Measurement m = summary_of(seconds);
  print(a, "epoch", m,
        fmt::format(
            "\"loader\":\"train\",\"load_s\":{:.3f},\"first_epoch_s\":{:.3f},\"goal_s\":{:.3f},\"epochs\":{},"
            "\"acc\":{:.4f},\"rss_mb\":{:.0f}",
            ready - start, first, goal_at, seconds.size(), accuracy, peak_megabytes()));
}

// A quasi-Newton method on a convex problem that other libraries have been measured on, too.
void softmax(const Arguments& a) {
  const auto runner = a.precision == "float" ? run_softmax<float> : run_softmax<double>;
  const SoftmaxRun run = runner(a.mnist, a.opt == "sgd" ? "lbfgs" : a.opt, a.options, a.tol, 100'000);
  const auto evaluations = static_cast<double>(run.evaluations.values + run.evaluations.gradients);
  print(a, "softmax", summary_of({run.seconds}),
        fmt::format(
            "\"evals\":{},\"products\":{},\"iterations\":{},\"f\":{:.12f},\"ginf\":{:.3e},\"secs\":{:.3f},"
            "\"ms_per_eval\":{:.3f},\"ended\":\"{}\"",
            evaluations, run.evaluations.products, run.steps, run.loss, run.largest_gradient, run.seconds,
            1e3 * run.seconds_inside / evaluations, run.ended));
}

int run(int argc, char** argv) {
  Arguments a;
  CLI::App app("Measures gradus beside other libraries: one JSON line a result.", "gradus-peer");
  app.add_option("--mode", a.mode, "step, hvp, opt, epoch or softmax")->capture_default_str();
  app.add_option("--mnist", a.mnist, "folder of MNIST's four files");
  app.add_option("--net", a.net, "N1, N2, N3 or N4")->capture_default_str();
  app.add_option("--batch", a.batch)->capture_default_str()->check(CLI::Range(1, 60'000));
  app.add_option("--threads", a.threads)->capture_default_str()->check(CLI::Range(1, 1024));
  app.add_option("--opt", a.opt, "a method's name, or none: the gradient alone")->capture_default_str();
  app.add_option("--secs", a.secs, "of measuring")->capture_default_str();
  app.add_option("--seed", a.seed)->capture_default_str();
  app.add_option("--epochs", a.epochs, "at most")->capture_default_str();
  app.add_option("--goal", a.goal, "test accuracy at which an epoch is the last")->capture_default_str();
  app.add_option("--learning-rate", a.learning_rate,
                 "of the method; if not given, 0.05 for sgd, else its default");
  app.add_option("--tol", a.tol, "of softmax: the largest element of the gradient at which it ends")
      ->capture_default_str();
  app.add_option("--precision", a.precision, "of softmax: float or double")->capture_default_str();
  app.add_option("--options", a.options, "of softmax: the method's options as JSON")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  set_threads(a.threads);
  const std::map<std::string, void (*)(const Arguments&)> modes{
      {"step", step}, {"hvp", products}, {"opt", updates}, {"epoch", epochs}, {"softmax", softmax}};
  const auto mode = modes.find(a.mode);
  if (mode == modes.end()) throw Error(fmt::format("[gradus-peer] gradus cannot do {} yet.", a.mode));
  mode->second(a);
  return 0;
}

}  // namespace
}  // namespace gradus::bench

int main(int argc, char** argv) {
  try {
    return gradus::bench::run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
