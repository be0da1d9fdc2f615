#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "../../data/dataset.h"
#include "../../nn/network.h"
#include "../optimizer.h"
#include "early_stopping.h"
#include "history.h"
#include "progress.h"

namespace gradus {

/// What a callback sees after each step. Setting `stop` ends the run.
struct TrainStep {
  Index epoch;  ///< from 1
  Index step;   ///< of the run, from 1
  const StepReport& report;
  double cost;     ///< of the run so far, in gradients of all cases, see CountingObjective
  double seconds;  ///< of the steps so far, without validation and callbacks
  bool stop = false;
};

/// What a callback sees after each epoch. Setting `stop` ends the run.
struct TrainEpoch {
  const EpochRecord& record;
  bool stop = false;
};

struct TrainOptions {
  Index epochs = 10;       ///< ≥ 1
  Index batch_size = 128;  ///< ≥ 1: one case a step, some, or (at least data.size()) all
  /// ≥ 0: cases of the curvature, for methods that take it: chunks of the batch in turn; 0: all of the batch
  Index curvature_batch_size = 0;
  /// 0 … batch_size − 1: how many of its cases a batch shares with the next one of the epoch, for methods that compare
  /// gradients across batches (lbfgs with pairs of the overlap); an epoch then has more batches
  Index batch_overlap = 0;
  std::uint64_t seed = 0;  ///< of the order of the cases and of dropout
  bool drop_last = false;  ///< leave out the last batch of an epoch where it is smaller than the others
  std::optional<Dataset> validation = {};            ///< evaluated after each epoch
  std::optional<EarlyStopping> early_stopping = {};  ///< on the validation loss
  std::function<void(TrainStep&)> on_step = {};
  std::function<void(TrainEpoch&)> on_epoch = {};
  Progress progress = Progress::automatic;
};

/// Trains a network: in each epoch the cases, in a new order, a batch a step. Begins at `theta` and leaves
/// there the last parameters, or with early stopping the best. The optimizer is reset first.
///
///     Network network = mlp({784, 512, 512, 10});
///     Vector<float> theta = network.parameters().initialize<float>(seed);
///     Sgd sgd({.learning_rate = 0.1});
///     History history = train(network, theta, sgd, digits.train, {.epochs = 5, .validation = digits.test});
///
/// Where one batch holds all cases and nothing is drawn anew for each step, as dropout is, it is the same in all epochs,
/// the order of its cases included, so that a method may keep what it knows from one step to the next. The chunks of the
/// curvature are as many as cover the batch, all of curvature_batch_size cases; where that does not divide it, they
/// overlap.
///
/// The result is a function of θ, the data, the options and the method alone, to the last bit, not of the
/// number of threads. After the first epoch a step allocates nothing. A step that is not finite ends the run
/// and leaves the last finite parameters; a step that fails otherwise (no descent on this batch) does not, unless the next
/// has the same batch.
///
/// Throws Error before anything is changed: where data or validation do not fit the network (check_fits), θ
/// has another size or is not finite, an option is out of its range, early stopping has no validation data.
/// In `theta`'s type.
History train(Network& network, std::span<float> theta, Optimizer<float>& optimizer, const Dataset& data,
              const TrainOptions& options = {});
History train(Network& network, std::span<double> theta, Optimizer<double>& optimizer, const Dataset& data,
              const TrainOptions& options = {});

}  // namespace gradus
