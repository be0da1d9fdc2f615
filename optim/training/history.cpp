#include "optim/training/history.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"

namespace gradus {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json to_json(const EpochRecord& r) {
  return {{"epoch", r.epoch},
          {"steps", r.steps},
          {"training_loss", r.training_loss},
          {"training_accuracy", or_null(r.training_accuracy)},
          {"validation_loss", or_null(r.validation_loss)},
          {"validation_accuracy", or_null(r.validation_accuracy)},
          {"validation_squared_error", or_null(r.validation_squared_error)},
          {"cost", r.cost},
          {"seconds", r.seconds},
          {"samples_per_second", r.samples_per_second}};
}

}  // namespace

std::string to_string(const EpochRecord& r) {
  std::string line = fmt::format("epoch {:2}  loss {:.4f}", r.epoch, r.training_loss);
  if (r.training_accuracy) line += fmt::format("  accuracy {:5.2f} %", 100 * *r.training_accuracy);
  if (r.validation_loss) line += fmt::format("  validation loss {:.4f}", *r.validation_loss);
  if (r.validation_accuracy) line += fmt::format("  accuracy {:5.2f} %", 100 * *r.validation_accuracy);
  if (r.validation_squared_error) line += fmt::format("  squared error {:.4f}", *r.validation_squared_error);
  return line + fmt::format("  {:.0f} samples/s", r.samples_per_second);
}

std::string History::to_json() const {
  Json records = Json::array();
  for (const EpochRecord& record : epochs) records.push_back(gradus::to_json(record));
  return Json{{"optimizer", optimizer},
              {"data", data},
              {"validation_data", validation_data.empty() ? Json(nullptr) : Json(validation_data)},
              {"batch_size", batch_size},
              {"seed", seed},
              {"epochs", records},
              {"steps", steps},
              {"best_epoch", or_null(best_epoch)},
              {"status", name(status)},
              {"reason", reason}}
      .dump(2, ' ', false, Json::error_handler_t::replace);
}

void History::save(const std::filesystem::path& path) const { write_file_atomically(path, to_json() + "\n"); }

}  // namespace gradus
