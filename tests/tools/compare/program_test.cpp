// Runs gradus compare as a person does, and as a person stops it.
#include "tests/support/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <thread>

namespace gradus {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using test::read;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class CompareProgram : public test::WithFolder {
 protected:
  using Result = test::ProgramResult;

  // Starts it without a shell, so that signals reach it.
  pid_t start(const std::string& arguments) const {
    std::istringstream words(arguments);
    std::vector<std::string> list{GRADUS_PROGRAM, "compare"};
    for (std::string word; words >> word;) list.push_back(word);
    const pid_t child = fork();
    if (child != 0) return child;
    std::vector<char*> argv;
    for (std::string& word : list) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (chdir(path("").c_str()) != 0) _exit(99);
    const auto redirect = [](const char* name, int to) {
      dup2(open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666), to);
    };
    redirect("out", STDOUT_FILENO), redirect("err", STDERR_FILENO);
    execv(GRADUS_PROGRAM, argv.data());
    _exit(99);
  }
  // The code is minus the signal that ended it.
  Result wait(pid_t child) const {
    int status = 0;
    waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read(path("out")),
            read(path("err"))};
  }
  Result run(const std::string& arguments) const { return wait(start(arguments)); }

  Json json(const std::string& file) const { return Json::parse(read(path(file.c_str()))); }
  std::set<std::string> runs(const std::string& folder) const {
    std::set<std::string> names;
    if (fs::exists(path(folder.c_str()) / "runs"))
      for (const auto& entry : fs::directory_iterator(path(folder.c_str()) / "runs"))
        names.insert(entry.path().filename());
    return names;
  }

  // All that a folder says, but for times.
  std::map<std::string, std::string> content(const std::string& folder) const {
    std::map<std::string, std::string> all;
    for (const std::string& name : runs(folder)) {
      Json run = json(folder + "/runs/" + name);
      for (const char* of_the_machine : {"wall_seconds", "seconds", "jobs", "threads"})
        run.erase(of_the_machine);
      for (Json& point : run["curve"]) point.erase("seconds");
      all[name] = run.dump();
    }
    Json comparison = json(folder + "/comparison.json");
    comparison.erase("created");
    all["comparison.json"] = comparison.dump();
    return all;
  }

  // About a second of work in 15 runs.
  const std::string quadratic =
      "--problem noisy-quadratic --optimizers sgd,adam,adagrad --tune 3 --seeds 2 --budget "
      "1000gradients ";
};

TEST_F(CompareProgram, ComparesTunesAndRanks) {
  const Result result = run(
      "--problem rosenbrock --optimizers sgd,adam,lbfgs --tune 4 --seeds 2 --budget 200gradients --out r");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr(" 1 lbfgs"), HasSubstr("learning_rate"), HasSubstr("gradus report r")));
  EXPECT_THAT(result.err, AllOf(HasSubstr("Measuring a few steps of each method"), HasSubstr("18 of 18 runs"),
                                HasSubstr("18/18")));
  EXPECT_EQ(runs("r").size(), 18u);

  const Json comparison = json("r/comparison.json");
  EXPECT_EQ(comparison["problem"]["name"], "rosenbrock");
  EXPECT_EQ(comparison["budget"], Json::parse(R"({"amount": 200.0, "unit": "gradients"})"));
  ASSERT_EQ(comparison["methods"].size(), 3u);
  for (const Json& method : comparison["methods"]) {
    const std::string name = method["name"];
    EXPECT_EQ(method["trials"].size(), 4u);
    // The winner is the trial that ended with the least loss, and is what the fresh seeds run.
    int best = -1;
    double least = std::numeric_limits<double>::infinity();
    for (int k = 0; k < 4; ++k) {
      const Json trial = json(fmt::format("r/runs/{}-tune-{}.json", name, k));
      EXPECT_EQ(trial["options"], method["trials"][static_cast<std::size_t>(k)]);
      EXPECT_EQ(trial["seed"], 0);
      if (trial["status"] == "ok" && trial["final"]["training_loss"] < least)
        least = trial["final"]["training_loss"], best = k;
    }
    for (int k = 0; k < 2; ++k) {
      const Json final = json(fmt::format("r/runs/{}-final-{}.json", name, k));
      EXPECT_EQ(final["trial"], best);
      EXPECT_EQ(final["seed"], k + 1);
      EXPECT_EQ(final["options"], method["trials"][static_cast<std::size_t>(best)]);
      EXPECT_LE(final["evaluations"]["gradients"], 240);  // a line search may go over the budget's end
      // All methods begin at the same point.
      EXPECT_EQ(final["curve"][0]["training_loss"],
                json(fmt::format("r/runs/sgd-final-{}.json", k))["curve"][0]["training_loss"]);
    }
  }

  // All is there: nothing is run again.
  const auto before = fs::last_write_time(path("r/runs/sgd-tune-0.json"));
  const Result again = run("--out r");
  EXPECT_EQ(again.code, 0);
  EXPECT_EQ(again.out, result.out);
  EXPECT_THAT(again.err, IsEmpty());
  EXPECT_EQ(fs::last_write_time(path("r/runs/sgd-tune-0.json")), before);
}

TEST_F(CompareProgram, TrainsNetworks) {
  const Result result =
      run("--problem digits-logreg --optimizers sgd,lbfgs --tune 2 --seeds 1 --budget 0.2epochs --jobs 2 "
          "--out d");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("accuracy"), HasSubstr(" %")));
  const Json comparison = json("d/comparison.json");
  EXPECT_EQ(comparison["methods"][0]["batch_size"], 128);
  EXPECT_EQ(comparison["methods"][1]["batch_size"], 5500);
  EXPECT_EQ(comparison["problem"]["data"][0]["cases"], 55000);
  const Json final = json("d/runs/sgd-final-0.json");
  EXPECT_EQ(final["steps"], 86);  // of 430 batches in an epoch
  EXPECT_GT(final["final"]["test_accuracy"], 0.3);
  EXPECT_NEAR(final["curve"][0]["validation_loss"].get<double>(), std::log(10), 1e-5);  // from zero
  EXPECT_TRUE(json("d/runs/sgd-tune-0.json")["final"]["test_loss"].is_null());
}

TEST_F(CompareProgram, JobsDoNotChangeTheResults) {
  EXPECT_EQ(run(quadratic + "--out one").code, 0);
  EXPECT_EQ(run(quadratic + "--jobs 3 --out three").code, 0);
  EXPECT_EQ(content("one"), content("three"));
}

TEST_F(CompareProgram, GoesOnAfterAKillAtAnyMoment) {
  EXPECT_EQ(run(quadratic + "--out whole").code, 0);
  int kills = 0;
  for (int moment = 1; runs("killed").size() < 15 && moment <= 60; ++moment) {
    const pid_t child = start(quadratic + "--out killed");
    // Later from time to time: in the measuring, in runs, between them, while files are written.
    std::this_thread::sleep_for(std::chrono::milliseconds(40 + 23 * moment));
    kill(child, SIGKILL);
    kills += wait(child).code == -SIGKILL;
    for (const std::string& name : runs("killed"))
      if (name.ends_with(".json")) {
        EXPECT_NO_THROW(json("killed/runs/" + name)) << name;
      }
  }
  EXPECT_GE(kills, 3);
  EXPECT_EQ(run(quadratic + "--out killed").code, 0);
  EXPECT_EQ(content("whole"), content("killed"));
}

TEST_F(CompareProgram, EndsPolitelyWhenInterrupted) {
  const pid_t child = start(quadratic + "--jobs 2 --out i");
  for (int waited = 0; runs("i").size() < 3 && waited < 2000; ++waited)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(child, SIGINT);
  const Result result = wait(child);
  EXPECT_EQ(result.code, 130);
  EXPECT_THAT(result.err,
              HasSubstr("Interrupted. The finished runs are in i; gradus compare --out i goes on"));
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_LT(runs("i").size(), 15u);
  EXPECT_EQ(run("--out i").code, 0);
  EXPECT_EQ(run(quadratic + "--out whole").code, 0);
  EXPECT_EQ(content("i"), content("whole"));
}

TEST_F(CompareProgram, AFullDiskEndsWithASentence) {
  const std::string arguments =
      "compare --problem rosenbrock --optimizers sgd --tune 1 --seeds 2 --budget 100gradients --out f";
  // Files of more than 4096 bytes cannot be written: that of a fresh seed, with its forty points, is one.
  const Result result = test::run_program(
      path(""), fmt::format("trap '' XFSZ && ulimit -f 8 && {} {}", GRADUS_PROGRAM, arguments));
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("cannot write"), HasSubstr("sgd-final-0.json"),
                                HasSubstr("gradus compare --out f goes on")));
  EXPECT_EQ(runs("f"), (std::set<std::string>{"sgd-tune-0.json"}));
  EXPECT_EQ(run("--out f").code, 0);
  EXPECT_EQ(runs("f").size(), 3u);
}

TEST_F(CompareProgram, RefusesTheFolderOfAnotherComparison) {
  const std::string same = "--problem beale --optimizers sgd --tune 2 --seeds 1 --out b ";
  EXPECT_EQ(run(same + "--budget 20gradients").code, 0);
  const auto before = content("b");
  const Result other = run(same + "--budget 30gradients");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("b holds another comparison: budget.amount is 20.0 there and 30.0 here"));
  EXPECT_EQ(content("b"), before);
}

TEST_F(CompareProgram, ReadsAFile) {
  test::write(path("c.json"),
              R"({"problem": "branin", "budget": "100gradients", "seeds": 2, "trials": 3, "methods": [
    "lbfgs", {"name": "sgd", "space": [{"option": "learning_rate", "values": [0.001, 0.01, 0.1]}], "fixed": {"l2": 0.001}}]})");
  const Result result = run("--file c.json --out c --seeds 1");
  EXPECT_EQ(result.code, 0) << result.err;
  const Json comparison = json("c/comparison.json");
  EXPECT_EQ(comparison["seeds"], 1);  // the command line counts more
  std::multiset<double> rates;
  for (const Json& trial : comparison["methods"][1]["trials"]) {
    rates.insert(trial["learning_rate"].get<double>());
    EXPECT_EQ(trial["l2"], 0.001);
  }
  EXPECT_EQ(rates, (std::multiset<double>{0.001, 0.01, 0.1}));
  // A comparison.json is such a file.
  EXPECT_EQ(run("--file c/comparison.json --out again").code, 0);
  EXPECT_EQ(content("c"), content("again"));
}

TEST_F(CompareProgram, RefusesBadInputBeforeAnythingIsWritten) {
  test::write(path("bad.json"), R"({"problem": "branin", "optimizers": ["sgd"]})");
  test::write(path("worse.json"), R"({"problem": "branin", "methods": [{"name": "sgd", "batch_size": 3}]})");
  struct Case {
    std::string arguments, says;
  };
  const std::string good = "--problem rosenbrock --optimizers sgd ";
  for (const Case& c : {
           Case{"--problem rosenbrok --optimizers sgd", "rosenbrock"},
           Case{"--problem rosenbrock --optimizers adma", "adam"},
           Case{"--problem rosenbrock", "name the methods"},
           Case{"--optimizers sgd", "name a --problem"},
           Case{"--problem rosenbrock --optimizers sgd,adam,sgd", "sgd is named twice"},
           Case{good + "--budget 5", "the budget is a positive number"},
           Case{good + "--tune 0", "trials (--tune) must be at least 1, not 0"},
           Case{good + "--seeds -1", "seeds must be at least 1, not -1"},
           Case{good + "--seeds 1000000", "too many"},
           Case{good + "--seed -1", "--seed must be at least 0"},
           Case{good + "--jobs 0", "--jobs must be at least 1"},
           Case{good + "--threads 0", "threads must be at least 1"},
           Case{"--file nothing.json", "nothing.json cannot be read"},
           Case{"--file bad.json", "there is no field \"optimizers\""},
           Case{"--file worse.json", "branin has no batches"},
           Case{"--problem branin --optimizers levenberg-marquardt", "Gauss"},
       }) {
    const Result result = run(c.arguments + " --out nothing");
    EXPECT_EQ(result.code, 2) << c.arguments;
    EXPECT_THAT(result.err + result.out, HasSubstr(c.says)) << c.arguments;
    EXPECT_FALSE(fs::exists(path("nothing"))) << c.arguments;
  }
  EXPECT_THAT(run(good).err, HasSubstr("--out is required"));
}

TEST_F(CompareProgram, HelpNamesTheProblems) {
  const Result help = run("--help");
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("mnist-mlp-2x1000-dropout"), HasSubstr("noisy-quadratic"),
                              HasSubstr("a tenth of the cases"), HasSubstr("\"space\": [{\"option\"")));
}

}  // namespace
}  // namespace gradus
