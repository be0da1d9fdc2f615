// Runs `gradus report` as a person does.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/program.h"
#include "tests/tools/report/results_folder.h"

namespace gradus::report {
namespace {

namespace fs = std::filesystem;
using gradus::test::read;
using test::Json;
using test::ResultsFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Result = gradus::test::ProgramResult;

class ReportProgram : public gradus::test::WithFolder {
 protected:
  ReportProgram() {
    results.add_method("adam", {0.1, 0.01});
    results.add_method("sgd", {0.1});
    results.comparison["problem"]["description"] = "A <b>bowl</b> & \"more\" </script>.";
    results.add(ResultsFolder::trial("adam", 0, 0.1, 0.2));
    results.add(ResultsFolder::trial("adam", 1, 0.01, 0.9));
    for (const int seed : {1, 2, 3}) results.add(ResultsFolder::run("adam", {2, 1, 0.2}, seed));
    results.add(ResultsFolder::diverged("sgd", {2, 90}, 1));
    results.write();
  }
  Result run(const std::string& arguments, const std::string& before = "") const {
    return gradus::test::run_program(path("").parent_path(),
                                     fmt::format("{} {} report {}", before, GRADUS_PROGRAM, arguments));
  }

  ResultsFolder results{path("results")};
};

TEST_F(ReportProgram, WritesAPageThatStandsAlone) {
  const Result result = run("results");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(result.out, AllOf(StartsWith("results/report.html: 2 methods, 6 of 9 runs.\n"),
                                HasSubstr("Lowest validation loss: adam. 0.200 after 10 epochs")));
  const std::string page = read(path("results/report.html"));
  EXPECT_THAT(
      page, AllOf(StartsWith("<!DOCTYPE html>"), HasSubstr("default-src 'none'"), HasSubstr("Dan Vanderkam"),
                  HasSubstr("θ ← θ − η m̂/(√v̂ + ε)"), HasSubstr("It left the scale."),
                  HasSubstr("This comparison is not finished."), HasSubstr("sgd has 0 of 1 runs of tuning")));
  // What comes from the folder is text, not HTML; and nothing is named that a browser would fetch.
  EXPECT_THAT(page, AllOf(HasSubstr("A &lt;b&gt;bowl&lt;/b&gt; &amp; &quot;more&quot; &lt;/script&gt;."),
                          Not(HasSubstr("<b>bowl"))));
  const std::string document = page.substr(0, page.find("<script>"));
  EXPECT_THAT(document, AllOf(HasSubstr("id=\"data\""), Not(HasSubstr("src=")), Not(HasSubstr("@import")),
                              Not(HasSubstr("url(")), Not(HasSubstr("href=\"http")), Not(HasSubstr("{{"))));
  EXPECT_THAT(page, Not(HasSubstr("sourceMappingURL")));
  EXPECT_EQ(run("results -o other.html").code, 0);
  EXPECT_EQ(read(path("other.html")), page);
}

TEST_F(ReportProgram, NamesBrokenFiles) {
  gradus::test::write(path("results/runs/cut.json"), "{\"meth");
  const Result result = run("results");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("[runs/cut.json] is not JSON, or not all of it. It is left out."));
  EXPECT_THAT(read(path("results/report.html")), HasSubstr("[runs/cut.json] is not JSON"));
}

TEST_F(ReportProgram, WritesTidyFiles) {
  EXPECT_EQ(run("results --csv tidy").code, 0);
  EXPECT_THAT(read(path("tidy/curves.csv")),
              AllOf(StartsWith("method,purpose,trial,seed,status,epoch,gradient_equivalents,seconds,"
                               "validation_loss,training_loss,"),
                    HasSubstr("\nadam,final,0,2,ok,1,2,0.5,1,,,\n"),
                    HasSubstr("\nsgd,final,0,1,diverged,1,2,0.5,90,,,\n")));
  EXPECT_THAT(read(path("tidy/tuning.csv")),
              HasSubstr("\nadam,1,learning_rate,0.01,0.9,ok,100,2,0.5,\"{\"\"learning_rate\"\":0.01}\"\n"));
  EXPECT_THAT(read(path("tidy/table.csv")),
              AllOf(HasSubstr("\n1,adam,3,3,0,0,0.2,0.2,0.2,"), HasSubstr("\n2,sgd,1,0,1,0,inf,inf,inf,")));
}

TEST_F(ReportProgram, DrawsFiguresWhereThereIsGnuplot) {
  if (std::system("gnuplot --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no gnuplot";
  const Result result = run("results --figures figures");
  EXPECT_EQ(result.code, 0) << result.err;
  for (const char* name :
       {"validation_loss-epochs", "validation_loss-gradients", "validation_loss-seconds", "learning_rate"}) {
    EXPECT_THAT(read(path("figures") / (std::string(name) + ".png")), StartsWith("\x89PNG")) << name;
    EXPECT_THAT(read(path("figures") / (std::string(name) + ".svg")),
                AllOf(HasSubstr("<svg"), HasSubstr("adam")))
        << name;
    EXPECT_THAT(result.out, HasSubstr(name));
  }
}

TEST_F(ReportProgram, DrawsAnOptionWhoseTrialsAllDiverged) {
  if (std::system("gnuplot --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no gnuplot";
  ResultsFolder lost{path("lost")};
  lost.add_method("sgd", {0.1});
  Json trial = ResultsFolder::diverged("sgd", {2, 90});
  trial["purpose"] = "tune";
  lost.add(trial);
  lost.write();
  const Result result = run("lost --figures figures");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(read(path("figures/figures.gp")), AllOf(Not(HasSubstr("nan")), Not(HasSubstr("inf"))));
  EXPECT_THAT(read(path("figures/learning_rate.png")), StartsWith("\x89PNG"));
}

TEST_F(ReportProgram, SaysThatThereIsNoGnuplot) {
  const Result result = run("results --figures figures", "PATH=/nowhere");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("there is no program gnuplot"));
  EXPECT_TRUE(fs::exists(path("results/report.html")));
}

TEST_F(ReportProgram, RefusesBadInputWithASentence) {
  fs::create_directories(path("empty"));
  gradus::test::write(path("file"), "");
  ResultsFolder without_runs{path("none")};
  without_runs.add_method("adam");
  without_runs.write();
  const auto refused = [&](const std::string& arguments, const std::string& says) {
    const Result result = run(arguments);
    EXPECT_EQ(result.code, 2) << arguments;
    EXPECT_THAT(result.err, HasSubstr(says)) << arguments;
    EXPECT_THAT(result.out, IsEmpty()) << arguments;
  };
  refused("", "folder is required");
  refused("nowhere", "there is no folder nowhere");
  refused("empty", "empty is no folder of results: it has no comparison.json");
  refused("none", "no run in none has ended yet");
  refused("results -o nowhere/page.html", "there is no folder nowhere");
  refused("results -o empty", "empty is a folder; name a file");
  refused("results --csv file", "file is no folder");
  refused("results --figures file", "file is no folder");
}

TEST_F(ReportProgram, FailsWhereItCannotWrite) {
  const Result result = run("results -o /dev/full");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("/dev/full"));
}

}  // namespace
}  // namespace gradus::report
