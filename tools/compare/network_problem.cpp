#include "tools/compare/network_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "data/sha256.h"
#include "optim/registry.h"
#include "optim/training/evaluate.h"
#include "optim/training/train.h"
#include "tools/compare/recorder.h"

namespace gradus::compare {
namespace {

std::span<const std::uint8_t> bytes_of(std::span<const float> numbers) {
  return {reinterpret_cast<const std::uint8_t*>(numbers.data()), numbers.size_bytes()};
}

// Of the checksums of blocks, so that the numbers need not be there at once.
std::string checksum(const Dataset& data) {
  constexpr Index block = 1000;
  std::string sums;
  std::vector<Index> cases;
  Vector<float> inputs, labels;
  for (Index begin = 0; begin < data.size(); begin += block) {
    const auto n = static_cast<std::size_t>(std::min(block, data.size() - begin));
    cases.resize(n);
    std::iota(cases.begin(), cases.end(), begin);
    inputs.resize(n * static_cast<std::size_t>(data.width()));
    data.gather<float>(cases, inputs);
    labels.resize(data.classes() > 0 ? n : 0);
    if (data.classes() > 0) data.gather_labels<float>(cases, labels);
    sums += sha256({bytes_of(inputs), bytes_of(labels)});
  }
  return sha256({{reinterpret_cast<const std::uint8_t*>(sums.data()), sums.size()}});
}

double or_unknown(const std::optional<double>& value) { return value.value_or(unknown); }

}  // namespace

NetworkProblem::NetworkProblem(const std::string& name, NetworkSpec spec, DataParts data)
    : spec_(std::move(spec)), data_(std::move(data)) {
  const Network network = spec_.network();
  check_fits(network, data_.training);
  const Index n = data_.training.size();
  facts_ = {.name = name,
            .description = spec_.description,
            .kind = Facts::Kind::network,
            .parameters = network.parameters().size(),
            .batch_size = spec_.batch_size,
            .large_batch_size = std::max<Index>(1, n / 10),
            .curvature_batch_size = std::max<Index>(1, n / 50),
            .criterion = spec_.criterion,
            .target = spec_.target,
            .data = {},
            .final_evaluations = static_cast<double>(n + data_.validation.size() + data_.test.size()) /
                                 static_cast<double>(data_.validation.size())};
  for (const auto& [set, part] :
       {std::pair(&data_.training, "training"), {&data_.validation, "validation"}, {&data_.test, "test"}})
    facts_.data.push_back({set->name(), part, set->size(), checksum(*set)});
}

double NetworkProblem::steps_per_epoch(Index batch_size) const {
  return std::ceil(static_cast<double>(data_.training.size()) / static_cast<double>(batch_size));
}

void NetworkProblem::check(const std::string& method, const std::string& options) const {
  make_optimizer<float>(method, options);
}

Result NetworkProblem::run(const Assignment& a) const {
  Network network = spec_.network();
  Vector<float> theta = network.parameters().initialize<float>(a.seed);
  const auto optimizer = make_optimizer<float>(a.method, a.options);
  Evaluator<float> evaluator(network);
  Recorder recorder(a, 0, [&](CurvePoint& point) {
    const Evaluation now = evaluator.evaluate(theta, data_.validation);
    point.validation_loss = now.loss;
    point.validation_accuracy = or_unknown(now.accuracy);
  });

  const double per_epoch = steps_per_epoch(a.batch_size);
  TrainOptions options{.epochs = std::numeric_limits<Index>::max() / 1'000'000,
                       .batch_size = a.batch_size,
                       .curvature_batch_size = a.curvature_batch_size,
                       .seed = a.seed};
  options.progress = Progress::off;
  // An epoch has an accuracy as a whole, which belongs to a point at its end.
  const bool epochs_are_few = a.budget.unit == Budget::Unit::epochs && a.budget.amount <= 60 && !a.probe;
  bool at_end_of_epoch = false;
  options.on_step = [&](TrainStep& step) {
    at_end_of_epoch = epochs_are_few && std::fmod(static_cast<double>(step.step), per_epoch) == 0;
    const double epoch = static_cast<double>(step.step) / per_epoch;
    step.stop = !recorder.step(step.report, epoch, step.cost, step.seconds, at_end_of_epoch);
    if (step.stop && at_end_of_epoch) step.stop = false;  // on_epoch comes yet
  };
  options.on_epoch = [&](TrainEpoch& epoch) {
    if (!at_end_of_epoch) return;
    if (epoch.record.training_accuracy) recorder.training_accuracy(*epoch.record.training_accuracy);
    epoch.stop = recorder.over();
  };
  recorder.start();
  const History history = train(network, theta, *optimizer, data_.training, options);
  Result result =
      recorder.finish(recorder.over() ? fmt::format("Spent {}.", to_string(a.budget)) : history.reason);
  if (result.outcome != Outcome::ok || a.probe) return result;

  FinalValues& f = result.final;
  const Evaluation training = evaluator.evaluate(theta, data_.training);
  f.training_loss = training.loss, f.training_accuracy = or_unknown(training.accuracy);
  f.squared_error = or_unknown(training.squared_error);
  f.validation_loss = result.curve.back().validation_loss;
  f.validation_accuracy = result.curve.back().validation_accuracy;
  if (a.test) {
    const Evaluation test = evaluator.evaluate(theta, data_.test);
    f.test_loss = test.loss, f.test_accuracy = or_unknown(test.accuracy);
  }
  return result;
}

}  // namespace gradus::compare
