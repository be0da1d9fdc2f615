#include "tools/compare/folder.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <limits>

#include "base/error.h"
#include "tests/support/temporary_folder.h"

namespace gradus::compare {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

Comparison comparison() {
  Comparison c{.facts = {.name = "mnist-mlp",
                         .description = "A network",
                         .parameters = 10,
                         .batch_size = 128,
                         .criterion = "validation_loss",
                         .target = 0.1,
                         .data = {{"MNIST", "training", 55000, "abc"}, {"MNIST", "test", 10000, "def"}}},
               .budget = {5, Budget::Unit::epochs},
               .seed = 0,
               .seeds = 3,
               .methods = {}};
  for (const char* name : {"sgd", "adam"})
    c.methods.push_back(
        {.name = name, .space = {}, .batch_size = 128, .trials = {Json{{"learning_rate", 0.1}}}});
  return c;
}

class CompareFolder : public test::WithFolder {
 protected:
  void expect_refused(const std::function<void(Comparison&)>& change, const std::string& says) const {
    Comparison other = comparison();
    change(other);
    try {
      Folder folder(path("results"), other);
      ADD_FAILURE() << says;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(says));
    }
  }
};

TEST_F(CompareFolder, IsMadeWhenItBegins) {
  Folder folder(path("a/results"), comparison());
  EXPECT_THAT(names(), IsEmpty());
  folder.begin();
  const Json json = Json::parse(test::read(path("a/results/comparison.json")));
  EXPECT_EQ(json["format"], 1);
  EXPECT_EQ(json["problem"]["data"][1]["sha256"], "def");
  EXPECT_EQ(json["methods"][1]["trials"][0]["learning_rate"], 0.1);
  EXPECT_GT(json["machine"]["threads"].get<int>(), 0);
  EXPECT_TRUE(fs::is_directory(path("a/results/runs")));
}

TEST_F(CompareFolder, KeepsRunsToTheLastBit) {
  Folder folder(path(), comparison());
  folder.begin();
  compare::Run run{.method = "adam",
                   .purpose = Purpose::final,
                   .trial = 2,
                   .seed = 17,
                   .options = {{"beta1", 0.1}},
                   .result = {}};
  run.result.outcome = Outcome::diverged;
  run.result.reason = "It grew.";
  run.result.steps = 7;
  run.result.evaluations = {1, 2, 3};
  run.result.curve.push_back({.epoch = 1.0 / 3, .cost = 0.1, .seconds = 2, .training_loss = 1e-300});
  run.result.final.test_loss = std::numeric_limits<double>::infinity();
  run.wall_seconds = 5;
  folder.write(run, 4);
  EXPECT_FALSE(folder.read("adam", Purpose::final, 3));
  const auto back = folder.read("adam", Purpose::final, 4);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back).dump(), to_json(run).dump());
  EXPECT_EQ(back->result.curve[0].epoch, 1.0 / 3);
  EXPECT_TRUE(std::isnan(back->result.final.test_loss));  // null in the file
}

TEST_F(CompareFolder, TheSameComparisonGoesOn) {
  Folder(path("results"), comparison()).begin();
  EXPECT_NO_THROW(Folder(path("results"), comparison()).begin());
}

TEST_F(CompareFolder, RefusesAnotherConfigurationNamingBothValues) {
  Folder(path("results"), comparison()).begin();
  expect_refused([](Comparison& c) { c.budget.amount = 3; }, "budget.amount is 5.0 there and 3.0 here");
  expect_refused([](Comparison& c) { c.seeds = 5; }, "seeds is 3 there and 5 here");
  expect_refused([](Comparison& c) { c.facts.name = "mnist-logreg"; },
                 "problem.name is \"mnist-mlp\" there and \"mnist-logreg\" here");
  expect_refused([](Comparison& c) { c.facts.data[1].sha256 = "fed"; },
                 "problem.data[1].sha256 is \"def\" there and \"fed\" here");
  expect_refused([](Comparison& c) { c.methods[1].batch_size = 64; },
                 "methods[1].batch_size is 128 there and 64 here");
  expect_refused([](Comparison& c) { c.methods[0].trials[0]["momentum"] = 0.5; },
                 "methods[0].trials[0].momentum is absent there and 0.5 here");
  expect_refused([](Comparison& c) { c.methods.pop_back(); },
                 "methods is [\"sgd\",\"adam\"] there and [\"sgd\"] here");
}

TEST_F(CompareFolder, WhereItWasMadeAndWhenDoesNotMatter) {
  const Json a = to_json(comparison());
  Json b = a;
  b["machine"]["processor"] = "another";
  b["created"] = "yesterday";
  EXPECT_EQ(difference(a, b), "");
  b["gradus"] = "9.9";
  EXPECT_THAT(difference(a, b), HasSubstr("gradus is \""));
}

TEST_F(CompareFolder, RefusesOtherPeoplesFolders) {
  test::write(path("results/thesis.tex"), "years of work");
  expect_refused([](Comparison&) {}, "holds thesis.tex and no comparison");
  fs::remove(path("results/thesis.tex"));
  test::write(path("results/comparison.json"), "{");
  expect_refused([](Comparison&) {}, "is no comparison");
  fs::remove_all(path("results"));
  test::write(path("results"), "a file");
  expect_refused([](Comparison&) {}, "is a file");
}

TEST_F(CompareFolder, RemovesWhatAKilledProcessLeft) {
  test::write(path("results/comparison.json.17-0.tmp"), "{");
  Folder(path("results"), comparison()).begin();
  test::write(path("results/runs/sgd-tune-0.json.17-3.tmp"), "{");
  Folder(path("results"), comparison()).begin();
  EXPECT_TRUE(fs::is_empty(path("results/runs")));
  EXPECT_FALSE(fs::exists(path("results/comparison.json.17-0.tmp")));
}

TEST_F(CompareFolder, BelongsToOneProcessAtATime) {
  Folder first(path("results"), comparison());
  first.begin();
  Folder second(path("results"), comparison());
  try {
    second.begin();
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("another gradus compare works in"));
  }
}

TEST_F(CompareFolder, ADamagedRunIsNamed) {
  Folder folder(path("results"), comparison());
  folder.begin();
  test::write(path("results/runs/sgd-tune-0.json"), "{\"method\": \"sgd\"");
  try {
    folder.read("sgd", Purpose::tune, 0);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("sgd-tune-0.json is not what a run left; remove it"));
  }
}

}  // namespace
}  // namespace gradus::compare
