#include "optim/training/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "data/batches.h"
#include "optim/counting_objective.h"
#include "optim/objectives/network_objective.h"
#include "optim/training/batch_buffer.h"
#include "optim/training/evaluate.h"
#include "optim/vector_math.h"

namespace gradus {
namespace {

template <class Scalar>
void check(Network& network, std::span<const Scalar> theta, const Dataset& data,
           const TrainOptions& options) {
  check_fits(network, data);
  if (options.validation) check_fits(network, *options.validation);
  if (options.epochs < 1)
    throw Error(fmt::format("[train] epochs must be at least 1, not {}.", options.epochs));
  if (options.curvature_batch_size < 0)
    throw Error(fmt::format("[train] curvature_batch_size must be at least 0, not {}.",
                            options.curvature_batch_size));
  if (const auto& stopping = options.early_stopping) {
    if (!options.validation)
      throw Error("[train] early stopping watches the loss on validation data, but none is given.");
    if (stopping->patience < 1)
      throw Error(fmt::format("[train] the patience of early stopping must be at least 1, not {}.",
                              stopping->patience));
    if (!(stopping->min_delta >= 0))
      throw Error(fmt::format("[train] the min_delta of early stopping must be at least 0, not {}.",
                              stopping->min_delta));
  }
  const NetworkObjective<Scalar> objective(network);
  if (std::ssize(theta) != objective.size())
    throw Error(fmt::format("[train] θ has {} numbers, but the network has {} parameters.", theta.size(),
                            objective.size()));
  if (const Index i = first_non_finite(theta); i >= 0)
    throw Error(fmt::format("[train] training cannot begin where {} is {}.", objective.element_name(i),
                            theta[static_cast<std::size_t>(i)]));
}

// Whether a value is drawn anew for each step.
bool is_drawn(Tensor y) {
  std::vector<bool> wanted(static_cast<std::size_t>(y.id()) + 1);
  wanted.back() = true;
  for (NodeId id = y.id() + 1; id-- > 0;) {
    if (!wanted[static_cast<std::size_t>(id)]) continue;
    const Tensor node = y.graph().node(id);
    if (std::holds_alternative<op::DropoutMask>(node.op())) return true;
    for (std::size_t i = 0; i < node.input_count(); ++i)
      wanted[static_cast<std::size_t>(node.input(i).id())] = true;
  }
  return false;
}

// The part of an epoch that is over.
class Totals {
 public:
  void add(double loss, Index correct, Index cases, double seconds) {
    loss_ += loss * static_cast<double>(cases);
    correct_ += correct;
    cases_ += cases;
    seconds_ += seconds;
    ++steps_;
  }
  Index steps() const { return steps_; }
  double loss() const { return loss_ / static_cast<double>(cases_); }
  double accuracy() const { return static_cast<double>(correct_) / static_cast<double>(cases_); }
  double seconds() const { return seconds_; }
  double rate() const { return static_cast<double>(cases_) / std::max(seconds_, 1e-9); }

 private:
  double loss_ = 0, seconds_ = 0;
  Index correct_ = 0, cases_ = 0, steps_ = 0;
};

template <class Scalar>
Index count_correct(std::span<const Scalar> outputs, std::span<const Scalar> labels, Index classes) {
  const auto n = static_cast<std::size_t>(classes);
  Index correct = 0;
  for (std::size_t i = 0; i < labels.size() && (i + 1) * n <= outputs.size(); ++i)
    correct += predicted_class(outputs.subspan(i * n, n)) == static_cast<Index>(labels[i]);
  return correct;
}

template <class Scalar>
class Trainer {
 public:
  Trainer(Network& network, std::span<Scalar> theta, Optimizer<Scalar>& optimizer, const Dataset& data,
          const TrainOptions& options)
      : network_(network),
        theta_(theta),
        optimizer_(optimizer),
        data_(data),
        options_(options),
        objective_(network, options.seed),
        batches_(data.size(), options.batch_size,
                 {.seed = options.seed, .drop_last = options.drop_last, .overlap = options.batch_overlap}),
        always_the_same_(options.batch_size >= data.size() && !is_drawn(network.training_loss())),
        buffer_(network, std::min(options.batch_size, data.size())),
        evaluator_(network),
        best_(options.early_stopping.value_or(EarlyStopping{})),
        display_(options.progress, options.epochs, batches_.count()) {}

  History run() {
    history_.optimizer = optimizer_.name();
    history_.data = data_.name();
    if (options_.validation) history_.validation_data = options_.validation->name();
    history_.batch_size = options_.batch_size;
    history_.seed = options_.seed;
    optimizer_.reset(objective_.layout());

    bool going = true;
    for (Index epoch = 1; going && epoch <= options_.epochs; ++epoch) going = run_epoch(epoch);
    if (history_.reason.empty()) history_.reason = fmt::format("Trained for {} epochs.", options_.epochs);
    if (options_.early_stopping && best_.epoch()) {
      history_.best_epoch = best_.epoch();
      best_.restore(theta_);
    }
    return std::move(history_);
  }

 private:
  // These return whether to go on.

  bool run_epoch(Index epoch) {
    Totals totals;
    for (Index which = 0; which < batches_.count(); ++which)
      if (!run_step(epoch, which, totals)) return false;

    EpochRecord record{.epoch = epoch,
                       .steps = totals.steps(),
                       .training_loss = totals.loss(),
                       .training_accuracy = {},
                       .validation_loss = {},
                       .validation_accuracy = {},
                       .cost = cost_,
                       .seconds = totals.seconds(),
                       .samples_per_second = totals.rate()};
    if (network_.classes() > 0) record.training_accuracy = totals.accuracy();
    if (options_.validation) {
      const Evaluation validation = evaluator_.evaluate(theta_, *options_.validation);
      record.validation_loss = validation.loss;
      record.validation_accuracy = validation.accuracy;
      record.validation_squared_error = validation.squared_error;
    }
    display_.end_epoch(record);
    history_.epochs.push_back(record);

    TrainEpoch seen{record};
    if (options_.on_epoch) options_.on_epoch(seen);
    if (options_.early_stopping && best_.exhausted_after(epoch, *record.validation_loss, theta_))
      history_.reason =
          fmt::format("Stopped after epoch {}: the validation loss has not improved for {} epochs.", epoch,
                      options_.early_stopping->patience);
    else if (seen.stop)
      history_.reason = fmt::format("Stopped by the callback after epoch {}.", epoch);
    return history_.reason.empty();
  }

  bool run_step(Index epoch, Index which, Totals& totals) {
    const auto start = std::chrono::steady_clock::now();
    set_batch(epoch, which);
    const double cost_before = counted_.cost();
    const StepReport report = optimizer_.step(counted_, theta_);
    cost_ += (counted_.cost() - cost_before) * static_cast<double>(objective_.cases()) /
             static_cast<double>(data_.size());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    seconds_ += seconds;
    history_.status = report.status;
    ++history_.steps;

    const bool classes = network_.classes() > 0;
    totals.add(report.loss,
               classes ? count_correct(objective_.output(), buffer_.targets(), network_.classes()) : 0,
               objective_.cases(), seconds);
    if (display_.due()) {
      EpochProgress progress{epoch, totals.steps(), totals.loss(), {}, totals.rate()};
      if (classes) progress.accuracy = totals.accuracy();
      display_.draw(progress);
    }

    TrainStep seen{epoch, history_.steps, report, cost_, seconds_};
    if (options_.on_step) options_.on_step(seen);
    const bool goes_on = report.status == Status::ok || report.status == Status::skipped;
    if (report.status == Status::non_finite || (always_the_same_ && !goes_on))
      history_.reason = fmt::format("Stopped in epoch {}, step {} of {}: {}", epoch, which + 1,
                                    batches_.count(), report.message);
    else if (seen.stop)
      history_.reason = fmt::format("Stopped by the callback in epoch {}, after step {} of {}.", epoch,
                                    which + 1, batches_.count());
    return history_.reason.empty();
  }

  void set_batch(Index epoch, Index which) {
    const auto step = static_cast<std::uint64_t>(history_.steps);
    if (!always_the_same_ || step == 0) {
      buffer_.gather(data_, batches_.batch(epoch - 1, which));
      objective_.set_batch(buffer_.inputs(), buffer_.targets(), step);
    }
    const Index cases = objective_.cases(), some = options_.curvature_batch_size;
    const auto part = [cases](std::span<const Scalar> all, Index begin, Index count) {
      const std::size_t width = all.size() / static_cast<std::size_t>(cases);
      return all.subspan(static_cast<std::size_t>(begin) * width, static_cast<std::size_t>(count) * width);
    };
    if (const Index shared = std::min(batches_.shared_with_next(which), cases); shared > 0)
      objective_.set_overlap(part(buffer_.inputs(), cases - shared, shared),
                             part(buffer_.targets(), cases - shared, shared), step);
    if (some == 0 || some >= cases) return;
    const Index chunks = (cases + some - 1) / some,
                begin = history_.steps % chunks * (cases - some) / (chunks - 1);
    objective_.set_curvature_batch(part(buffer_.inputs(), begin, some), part(buffer_.targets(), begin, some),
                                   step);
  }

  Network& network_;
  std::span<Scalar> theta_;
  Optimizer<Scalar>& optimizer_;
  const Dataset& data_;
  const TrainOptions& options_;
  NetworkObjective<Scalar> objective_;
  CountingObjective<Scalar> counted_{objective_};
  double cost_ = 0;  // in gradients of all cases
  double seconds_ = 0;
  Batches batches_;
  const bool always_the_same_;
  BatchBuffer<Scalar> buffer_;
  Evaluator<Scalar> evaluator_;
  BestPoint<Scalar> best_;
  ProgressDisplay display_;
  History history_;
};

template <class Scalar>
History run(Network& network, std::span<Scalar> theta, Optimizer<Scalar>& optimizer, const Dataset& data,
            const TrainOptions& options) {
  check<Scalar>(network, theta, data, options);
  return Trainer<Scalar>(network, theta, optimizer, data, options).run();
}

}  // namespace

History train(Network& network, std::span<float> theta, Optimizer<float>& optimizer, const Dataset& data,
              const TrainOptions& options) {
  return gradus::run(network, theta, optimizer, data, options);
}
History train(Network& network, std::span<double> theta, Optimizer<double>& optimizer, const Dataset& data,
              const TrainOptions& options) {
  return gradus::run(network, theta, optimizer, data, options);
}

}  // namespace gradus
