// Runs gradus landscape as a person does.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>

#include "nn/network_file.h"
#include "tests/support/program.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;
using test::read;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class LandscapeCommand : public testing::Test {
 protected:
  using Result = test::ProgramResult;
  Result run(const std::string& arguments) const {
    return test::run_program(folder, fmt::format("{} landscape {}", GRADUS_PROGRAM, arguments));
  }
  void save(const char* file, std::vector<Index> layers) const {
    const Network network = mlp(std::move(layers));
    const Vector<float> theta = network.parameters().initialize<float>(1);
    save_network<float>(folder / file, network, theta);
  }

  const test::TemporaryFolder temporary;
  const fs::path folder = temporary.path();
};

TEST_F(LandscapeCommand, WritesAPageAndAPicture) {
  const Result result =
      run("--function saddle --optimizers sgd,newton --steps 20 --start -1,0.5 --svg saddle.svg");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("A saddle between two wells: 2 methods from "), HasSubstr("in saddle.html"),
                    HasSubstr("From (-1, 0.5), for slides, in saddle.svg")));
  EXPECT_THAT(read(folder / "saddle.html"), HasSubstr("</html>"));
  EXPECT_THAT(read(folder / "saddle.svg"), HasSubstr("</svg>"));
}

TEST_F(LandscapeCommand, SaysWhichMethodIsLeftOut) {
  const Result result = run("--function branin --optimizers adam,gauss-newton --steps 5 -o page.html");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("gauss-newton is left out: "));
}

TEST_F(LandscapeCommand, RefusesBadInputWithASentence) {
  save("a", {784, 5, 10});
  save("b", {784, 6, 10});
  struct Case {
    const char *arguments, *says;
  };
  for (const Case& c : {
           Case{"--function bale", "Did you mean \"beale\"?"},
           Case{"--optimizers adm", "Did you mean \"adam\"?"},
           Case{"--optimizers sgd,sgd", "names sgd more than once"},
           Case{"--steps 0", "at least 1, not 0"},
           Case{"--options nonsense", "JSON object"},
           Case{"--options '{\"adam\": {\"beta\": 1}}'", "beta1"},
           Case{"--start 100,0", "outside of the window of beale"},
           Case{"--start 1", "--start"},
           Case{"-o no/such.html", "there is no folder no"},
           Case{"--network none --data digits", "none"},
           Case{"--network a --and b --data digits", "784-6-10"},
           Case{"--network a --data digits --points 1", "from 4 to 200, not 1"},
           Case{"--network a --data digits --seed -1", "at least 0, not -1"},
           Case{"--network a --data curves", "neither labels nor targets"},
           Case{"--and b", "--network"},
       }) {
    const Result result = run(c.arguments);
    EXPECT_EQ(result.code, 2) << c.arguments;
    EXPECT_THAT(result.err + result.out, HasSubstr(c.says)) << c.arguments;
    EXPECT_FALSE(fs::exists(folder / "beale.html")) << c.arguments;
  }
}

TEST_F(LandscapeCommand, ShowsTheLossOfNetworks) {
  save("a", {784, 5, 10});
  const Result result = run("--network a --data digits --cases 20 --points 4");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("Network 784-5-10 (relu), 3985 parameters; synthetic digits: 20 of"),
                    HasSubstr("Its losses are in network.html")));
  EXPECT_THAT(read(folder / "network.html"), HasSubstr("</html>"));
}

}  // namespace
}  // namespace gradus
