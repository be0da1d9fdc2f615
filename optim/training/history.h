#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "../optimizer.h"

namespace gradus {

/// One pass over the training data.
struct EpochRecord {
  Index epoch = 0;  ///< from 1
  Index steps = 0;
  double training_loss = 0;  ///< what the steps minimised, as each found it; mean over the cases
  std::optional<double>
      training_accuracy;  ///< 0 … 1, as the steps found it, with dropout; none without classes
  std::optional<double> validation_loss;  ///< after the epoch, without dropout and penalty
  std::optional<double> validation_accuracy;
  std::optional<double> validation_squared_error = {};  ///< see Evaluation; none with classes
  double cost = 0;     ///< of the run so far, in gradients of all cases, see CountingObjective
  double seconds = 0;  ///< of the steps, without validation and callbacks
  double samples_per_second = 0;
};

/// "epoch  3  loss 0.0712  accuracy 97.91 %  validation loss 0.0853  accuracy 97.43 %  21034 samples/s"
std::string to_string(const EpochRecord& record);

/// What a training run did.
struct History {
  std::string optimizer;        ///< its name
  std::string data;             ///< the training data's name
  std::string validation_data;  ///< empty without
  Index batch_size = 0;
  std::uint64_t seed = 0;

  std::vector<EpochRecord> epochs;  ///< the complete ones
  Index steps = 0;                  ///< all, also of an epoch that was not completed
  std::optional<Index> best_epoch;  ///< with early stopping: the one whose parameters were restored
  Status status = Status::ok;       ///< of the last step
  std::string reason;               ///< a sentence: what ended the run

  /// An object with the fields' names; what does not exist, and numbers that are not finite, are null.
  std::string to_json() const;
  /// Writes it to a file, all or nothing. Throws Error naming the file.
  void save(const std::filesystem::path& path) const;
};

}  // namespace gradus
