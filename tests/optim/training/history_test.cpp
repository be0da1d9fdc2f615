#include "optim/training/history.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace gradus {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

History example() {
  History history;
  history.optimizer = "SGD";
  history.data = "synthetic digits";
  history.batch_size = 32;
  history.seed = 18446744073709551615u;
  history.steps = 5;
  history.reason = "Trained for 2 epochs.";
  EpochRecord first;
  first.epoch = 1;
  first.steps = 3;
  first.training_loss = 0.25;
  first.training_accuracy = 0.5;
  EpochRecord second = first;
  second.epoch = 2;
  second.training_loss = std::numeric_limits<double>::infinity();
  second.validation_loss = 0.125;
  second.validation_accuracy = 0.75;
  second.validation_squared_error = 1.5;
  history.epochs = {first, second};
  return history;
}

TEST(History, IsJson) {
  const auto json = nlohmann::json::parse(example().to_json());
  EXPECT_EQ(json["optimizer"], "SGD");
  EXPECT_EQ(json["data"], "synthetic digits");
  EXPECT_TRUE(json["validation_data"].is_null());
  EXPECT_EQ(json["seed"], 18446744073709551615u);
  EXPECT_EQ(json["status"], "ok");
  EXPECT_TRUE(json["best_epoch"].is_null());
  ASSERT_EQ(json["epochs"].size(), 2u);
  EXPECT_EQ(json["epochs"][0]["training_loss"], 0.25);
  EXPECT_TRUE(json["epochs"][0]["validation_loss"].is_null());
  EXPECT_TRUE(json["epochs"][1]["training_loss"].is_null());  // JSON has no infinity
  EXPECT_EQ(json["epochs"][1]["validation_accuracy"], 0.75);
  EXPECT_TRUE(json["epochs"][0]["validation_squared_error"].is_null());
  EXPECT_EQ(json["epochs"][1]["validation_squared_error"], 1.5);
}

TEST(History, SurvivesNamesThatAreNotUtf8) {
  History history = example();
  history.data = "caf\xE9";
  EXPECT_TRUE(nlohmann::json::accept(history.to_json()));
}

TEST(History, IsSavedWhole) {
  const auto path = std::filesystem::path(testing::TempDir()) / "gradus-history.json";
  example().save(path);
  std::ifstream file(path);
  EXPECT_EQ(nlohmann::json::parse(file)["steps"], 5);
  std::filesystem::remove(path);
  EXPECT_THROW(example().save("/no/such/folder/history.json"), Error);
}

TEST(History, HasALineForEachEpoch) {
  const History history = example();
  EXPECT_THAT(to_string(history.epochs[0]),
              AllOf(HasSubstr("epoch  1  loss 0.2500  accuracy 50.00 %"), Not(HasSubstr("validation"))));
  EXPECT_THAT(to_string(history.epochs[1]),
              HasSubstr("validation loss 0.1250  accuracy 75.00 %  squared error 1.5000"));
}

}  // namespace
}  // namespace gradus
