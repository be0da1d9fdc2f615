#include "tools/report/summary.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.h"
#include "tests/support/expect_error.h"
#include "tests/tools/report/results_folder.h"
#include "tools/report/answer.h"
#include "tools/report/chart_data.h"
#include "tools/report/curves.h"

namespace gradus::report {
namespace {

using test::ResultsFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr double infinity = std::numeric_limits<double>::infinity();

class Results : public gradus::test::WithFolder {
 protected:
  const Summary& summarised() {
    results.write();
    folder = read_folder(path("results"));
    summary = summarise(folder);
    return summary;
  }
  const MethodSummary& method(const std::string& name) const {
    for (const MethodSummary& m : summary.methods)
      if (m.plan->name == name) return m;
    throw std::out_of_range(name);
  }

  ResultsFolder results{path("results")};
  Folder folder;
  Summary summary;
};

TEST_F(Results, RanksByTheMedianOfTheSeeds) {
  for (const char* name : {"a", "b", "c"}) results.add_method(name);
  for (const int seed : {1, 2, 3}) {
    results.add(ResultsFolder::run("a", {2, 0.3 + 0.1 * seed}, seed));              // 0.4 0.5 0.6
    results.add(ResultsFolder::run("b", {2, seed == 1 ? 1.5 : 0.1 * seed}, seed));  // 1.5 0.2 0.3
    results.add(ResultsFolder::run("c", {2, 0.5}, seed));
  }
  summarised();
  EXPECT_FALSE(summary.quartiles);
  EXPECT_EQ(summary.methods[0].plan->name, "b");
  EXPECT_DOUBLE_EQ(method("b").result.median, 0.3);
  EXPECT_DOUBLE_EQ(method("b").result.low, 0.2);
  EXPECT_DOUBLE_EQ(method("b").result.high, 1.5);
  EXPECT_EQ(method("b").rank, 1u);
  EXPECT_EQ(method("a").rank, 2u);  // as good as c, and before it in the comparison
  EXPECT_EQ(method("c").rank, 2u);
  EXPECT_EQ(method("a").index, 0u);
  EXPECT_EQ(method("a").seconds.median, 0.5);
  EXPECT_EQ(method("a").gradients.median, 2);
}

TEST_F(Results, FiveSeedsHaveQuartiles) {
  results.add_method("a");
  for (const int seed : {1, 2, 3, 4, 5}) results.add(ResultsFolder::run("a", {9, 1.0 * seed}, seed));
  summarised();
  EXPECT_TRUE(summary.quartiles);
  EXPECT_EQ(method("a").result.low, 2);
  EXPECT_EQ(method("a").result.median, 3);
  EXPECT_EQ(method("a").result.high, 4);
  EXPECT_THAT(what_spreads_are(summary), HasSubstr("quartiles"));
}

TEST_F(Results, ADivergedRunIsWorseThanAllOthers) {
  for (const char* name : {"worst", "bad", "lucky", "slow"}) results.add_method(name);
  for (const int seed : {1, 2, 3}) {
    results.add(ResultsFolder::diverged("worst", {2, 90}, seed));
    results.add(seed < 3 ? ResultsFolder::diverged("bad", {2, 90}, seed)
                         : ResultsFolder::run("bad", {2, 0.01}, seed));
    results.add(seed < 2 ? ResultsFolder::diverged("lucky", {2, 90}, seed)
                         : ResultsFolder::run("lucky", {2, 0.1}, seed));
    results.add(ResultsFolder::run("slow", {2, 1.9}, seed));
  }
  summarised();
  EXPECT_THAT(
      summary.methods,
      ElementsAre(testing::Field(&MethodSummary::rank, 1u), testing::Field(&MethodSummary::rank, 2u),
                  testing::Field(&MethodSummary::rank, 3u), testing::Field(&MethodSummary::rank, 4u)));
  EXPECT_EQ(method("lucky").rank, 1u);
  EXPECT_EQ(method("lucky").result.high, infinity);
  EXPECT_EQ(method("slow").rank, 2u);
  EXPECT_EQ(method("bad").rank, 3u);
  EXPECT_EQ(method("bad").result.median, infinity);
  EXPECT_EQ(method("bad").diverged, 2u);
  EXPECT_EQ(method("worst").rank, 4u);
  // JSON knows no infinity.
  EXPECT_TRUE(Json::accept(chart_data(summary)));
}

TEST_F(Results, AllDiverged) {
  results.add_method("a");
  results.add(ResultsFolder::diverged("a", {2, 90}));
  summarised();
  EXPECT_TRUE(answers(summary).front().methods.empty());
  EXPECT_THAT(answers(summary).front().because, HasSubstr("diverges"));
}

TEST_F(Results, TimeToTheTargetIsTheMedianOverSeeds) {
  results.add_method("a");
  results.add_method("b");
  results.add(ResultsFolder::run("a", {2.5, 0.5}, 1));   // at epoch 1
  results.add(ResultsFolder::run("a", {1.5, 1, 0}, 2));  // at 1.5
  results.add(ResultsFolder::run("a", {2, 1.5}, 3));     // never
  results.add(ResultsFolder::run("b", {2, 1.5}, 1));
  results.add(ResultsFolder::run("b", {2, 1.5}, 2));
  results.add(ResultsFolder::run("b", {1, 0}, 3));
  summarised();
  EXPECT_TRUE(summary.target_given);
  EXPECT_THAT(method("a").to_target, ElementsAre(1.5, 3, 0.75));
  EXPECT_EQ(method("a").reached, 2u);
  EXPECT_THAT(method("b").to_target, ElementsAre(infinity, infinity, infinity));
  EXPECT_EQ(method("b").reached, 1u);
}

TEST_F(Results, WithoutATargetItIsWhatHalfOfTheMethodsReach) {
  results.comparison["problem"]["target"] = nullptr;
  for (const char* name : {"a", "b", "c", "d", "e"}) results.add_method(name);
  const double ends[] = {0.1, 0.2, 0.3, 0.4};
  for (int i = 0; i < 4; ++i) results.add(ResultsFolder::run(std::string(1, char('a' + i)), {2, ends[i]}));
  results.add(ResultsFolder::diverged("e", {2, 90}));
  summarised();
  EXPECT_FALSE(summary.target_given);
  EXPECT_EQ(summary.target, 0.3);
  EXPECT_TRUE(std::isfinite(method("c").to_target[0]));
  EXPECT_FALSE(std::isfinite(method("d").to_target[0]));
}

TEST_F(Results, SensitivityCountsTrialsNearTheBest) {
  results.add_method("a", {0.1, 0.001, 1, 0.01, 0.3, 0.0001});
  results.add(ResultsFolder::trial("a", 0, 0.1, 0.4));
  results.add(ResultsFolder::trial("a", 1, 0.001, 0.49));
  results.add(ResultsFolder::trial("a", 3, 0.01, 0.6));  // a gap
  results.add(ResultsFolder::trial("a", 4, 0.3, 0.5));
  results.add(ResultsFolder::trial("a", 5, 0.0001, 1.9));
  Json lost = ResultsFolder::diverged("a", {2, 90});
  lost["purpose"] = "tune";
  lost["trial"] = 2;
  lost["options"]["learning_rate"] = 1;
  results.add(lost);
  summarised();
  const Sensitivity& x = method("a").sensitivity;
  EXPECT_EQ(x.option, "learning_rate");
  EXPECT_EQ(x.trials, 6u);
  EXPECT_EQ(x.diverged, 1u);
  EXPECT_EQ(x.useful, 3u);  // 0.4, 0.49, 0.5
  EXPECT_EQ(x.best, 0.1);
  EXPECT_EQ(x.low, 0.1);
  EXPECT_EQ(x.high, 0.3);
  EXPECT_EQ(method("a").rank, 0u);
  EXPECT_THAT(answers(summary), SizeIs(1));
  EXPECT_THAT(summary.missing, ElementsAre("a has 0 of 3 final runs."));
}

TEST_F(Results, OptionsMayBeNestedAndSchedules) {
  const Json options =
      Json::parse(R"({"learning_rate": {"schedule": "cosine", "rate": 0.1}, "inner": {"beta1": 0.9},
                                       "a.b": 3, "name": "x", "none": {"schedule": "cosine"}})");
  EXPECT_EQ(option_value(options, "learning_rate"), 0.1);
  EXPECT_EQ(option_value(options, "inner.beta1"), 0.9);
  EXPECT_EQ(option_value(options, "a.b"), 3);
  EXPECT_EQ(option_value(options, "name"), std::nullopt);
  EXPECT_EQ(option_value(options, "none"), std::nullopt);
  EXPECT_EQ(option_value(options, "inner.beta2"), std::nullopt);
  EXPECT_EQ(option_value(options, "other"), std::nullopt);
  EXPECT_EQ(option_value(Json(3), "other"), std::nullopt);
}

TEST_F(Results, CurvesAreMediansOnSharedPositions) {
  results.add_method("a");
  results.add_method("b");
  results.add(ResultsFolder::run("a", {8, 4, 2}, 1));
  results.add(ResultsFolder::run("a", {8, 6, 4}, 2));
  Json coarse = ResultsFolder::run("a", {8, 0}, 3);
  coarse["curve"][1]["epoch"] = 2;
  results.add(coarse);
  results.add(ResultsFolder::run("b", {8, 4}, 1));
  summarised();
  const auto positions = shared_positions(summary, Axis::epochs);
  EXPECT_THAT(positions, ElementsAre(0, 1, 2));
  const Curves all = curves(summary, Axis::epochs, Metric::validation_loss, positions);
  const std::vector<Spread>& a = all.methods[summary.methods[0].plan->name == "a" ? 0 : 1];
  const std::vector<Spread>& b = all.methods[summary.methods[0].plan->name == "b" ? 0 : 1];
  EXPECT_EQ(a[1].median, 4);  // of 4, 6 and 4
  EXPECT_EQ(a[1].high, 6);
  EXPECT_EQ(a[2].low, 0);
  EXPECT_EQ(a[2].median, 2);
  EXPECT_EQ(b[1].median, 4);
  EXPECT_TRUE(std::isnan(b[2].median));  // after its end
  EXPECT_TRUE(is_known(summary, Metric::validation_loss));
  EXPECT_FALSE(is_known(summary, Metric::training_accuracy));
}

TEST_F(Results, AMedianOfDivergedRunsHasNoLine) {
  results.add_method("a");
  results.add(ResultsFolder::run("a", {2, 1, 0.5}, 1));
  results.add(ResultsFolder::diverged("a", {2, 90}, 2));
  results.add(ResultsFolder::run("a", {2, 1, 0.4}, 3));
  summarised();
  const Curves all = curves(summary, Axis::epochs, Metric::validation_loss, {0, 1, 2});
  EXPECT_EQ(all.methods[0][1].median, 1);
  EXPECT_EQ(all.methods[0][1].high, 90);
  EXPECT_EQ(all.methods[0][2].median, 0.5);
  EXPECT_EQ(all.methods[0][2].high, infinity);
}

TEST_F(Results, ManyPositionsBecomeAGridOnBothScales) {
  results.add_method("a");
  Json run = ResultsFolder::run("a", std::vector<double>(400, 1.0));
  results.add(run);
  summarised();
  const auto positions = shared_positions(summary, Axis::epochs);
  EXPECT_LE(positions.size(), 200u);
  EXPECT_EQ(positions.front(), 0);
  EXPECT_EQ(positions.back(), 399);
  EXPECT_TRUE(std::ranges::is_sorted(positions));
  EXPECT_EQ(std::ranges::count_if(positions, [](double x) { return x > 0 && x < 1; }), 0);
}

TEST_F(Results, SaysWhatIsMissing) {
  results.add_method("a", {0.1, 0.2});
  results.add_method("b", {0.1});
  results.add(ResultsFolder::trial("a", 0, 0.1, 0.4));
  summarised();
  EXPECT_THAT(summary.missing, ElementsAre("a has 1 of 2 runs of tuning and 0 of 3 final runs.",
                                           "b has 0 of 1 runs of tuning and 0 of 3 final runs."));
  EXPECT_EQ(summary.runs_expected, 9u);
}

TEST_F(Results, BrokenRunsAreNamedAndLeftOut) {
  results.add_method("a");
  results.add(ResultsFolder::run("a", {2, 1}));
  const auto broken = [&](const char* key, const Json& value) {
    Json run = ResultsFolder::run("a", {2, 1});
    run[key] = value;
    results.add(run);
  };
  broken("method", "other");
  broken("status", "fine");
  broken("trial", 7);
  broken("seed", -1);
  broken("curve", "none");
  broken("curve",
         Json::parse(R"([{"epoch": 1, "cost": 1, "seconds": 1}, {"epoch": 0, "cost": 2, "seconds": 2}])"));
  broken("final", nullptr);
  broken("steps", 1.5);
  results.write();
  gradus::test::write(path("results") / "runs/cut.json", "{\"method\": \"a");
  gradus::test::write(path("results") / "runs/list.json", "[1, 2]");
  gradus::test::write(path("results") / "runs/a-tune-0.json.tmp", "not looked at");
  folder = read_folder(path("results"));
  EXPECT_THAT(folder.runs, SizeIs(1));
  EXPECT_THAT(
      folder.unreadable,
      ElementsAre(HasSubstr("the method other, which comparison.json does not name"),
                  HasSubstr("\"status\" must be ok, diverged or failed, not \"fine\""),
                  HasSubstr("[runs/003.json] it is of trial 7"), HasSubstr("\"seed\" must be a whole number"),
                  HasSubstr("\"curve\" must be a list"), HasSubstr("curve 1] it lies before"),
                  HasSubstr("there is no \"final\""), HasSubstr("\"steps\" must be a whole number"),
                  HasSubstr("cut.json] is not JSON"), HasSubstr("list.json] an object was expected")));
}

TEST_F(Results, RefusesWhatIsNoFolderOfResults) {
  EXPECT_ERROR((void)read_folder(path("nowhere")), "there is no folder");
  std::filesystem::create_directory(path("empty"));
  EXPECT_ERROR((void)read_folder(path("empty")), "has no comparison.json");
  results.add_method("a");
  results.write();
  EXPECT_ERROR((void)read_folder(path("results")), "no run in");
  results.add(ResultsFolder::run("a", {2, 1}));
  const auto refused = [&](const char* pointer, const Json& value, const char* says) {
    const Json before = results.comparison;
    results.comparison[Json::json_pointer(pointer)] = value;
    results.write();
    EXPECT_ERROR((void)read_folder(path("results")), says);
    results.comparison = before;
  };
  refused("/format", 2, "the format is 2, of which this version of gradus knows only 1");
  refused("/problem/criterion", "beauty", "must be validation_loss or training_loss, not \"beauty\"");
  refused("/methods", 3, "\"methods\" must be a list");
  refused("/methods/0/name", nullptr, "there is no \"name\"");
  refused("/methods/1", results.comparison["methods"][0], "the method a is there twice");
  refused("/budget", nullptr, "there is no \"budget\"");
  gradus::test::write(path("results") / "comparison.json", "{");
  EXPECT_ERROR((void)read_folder(path("results")), "is not JSON");
}

TEST_F(Results, AnswersAtAGlance) {
  results.add_method("good", {0.1, 0.2});
  results.add_method("quick", {0.1, 0.2});
  results.add_method("never");
  for (const int seed : {1, 2, 3}) {
    results.add(ResultsFolder::run("good", {2, 1, 0.5, 0.1 + 0.001 * seed}, seed));
    results.add(ResultsFolder::run("quick", {2, 0.5, 0.4, 0.3}, seed));
    results.add(ResultsFolder::run("never", {2, 1, 1, 1}, seed));
  }
  results.add(ResultsFolder::trial("good", 0, 0.1, 0.1));
  results.add(ResultsFolder::trial("good", 1, 0.2, 0.9));
  results.add(ResultsFolder::trial("quick", 0, 0.1, 0.3));
  results.add(ResultsFolder::trial("quick", 1, 0.2, 0.31));
  summarised();
  const auto all = answers(summary);
  ASSERT_THAT(all, SizeIs(3));
  const auto name = [&](std::size_t i) { return all[i].methods.front()->plan->name; };
  EXPECT_EQ(name(0), "good");
  EXPECT_THAT(all[0].because,
              testing::AllOf(
                  HasSubstr("0.102 after 10 epochs, the median of 3 seeds (from 0.101 … 0.103)"),
                  HasSubstr("Second is quick with 0.300, 2.94 times as much; good is ahead on 3 of 3 seeds."),
                  Not(HasSubstr("chance"))));
  EXPECT_EQ(all[1].question, "Soonest at validation loss 0.5");
  EXPECT_EQ(name(1), "quick");
  EXPECT_THAT(all[1].because,
              testing::AllOf(HasSubstr("2.00 gradient equivalents, 500 ms"),
                             HasSubstr("good takes 4.00 and 1.00 s"), HasSubstr("never does not get there")));
  EXPECT_EQ(name(2), "quick");
  EXPECT_THAT(all[2].because, testing::AllOf(HasSubstr("2 of 2 trials"), HasSubstr("learning_rate 0.1 … 0.2"),
                                             HasSubstr("The winner, good: 1 of 2 (learning_rate 0.1)")));
  EXPECT_THAT(summary.missing, IsEmpty());
}

}  // namespace
}  // namespace gradus::report
