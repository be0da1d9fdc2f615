#include "tools/landscape/race.h"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "optim/registry.h"
#include "tests/support/expect_error.h"
#include "tools/landscape/options.h"
#include "tools/landscape/page.h"
#include "tools/landscape/svg.h"

namespace gradus::landscape {
namespace {

using testing::HasSubstr;
using testing::Not;

Path follow_on(const char* function, const char* method, const char* options, Point start, Index steps) {
  const Landscape& landscape = find_landscape(function);
  return follow(*make_landscape(function), *make_optimizer<double>(method, options), start,
                {landscape.low, landscape.high}, steps);
}

// θ ← θ − η ∇f: on the saddle x ← (1 − η) x, y ← y + η (y − y³).
TEST(Path, IsThatOfTheMethod) {
  const Path path = follow_on("saddle", "sgd", R"({"learning_rate": 0.25})", {1, 0.5}, 3);
  ASSERT_EQ(path.points.size(), 4u);
  double x = 1, y = 0.5;
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_NEAR(path.points[k].x, x, 1e-15);
    EXPECT_NEAR(path.points[k].y, y, 1e-15);
    EXPECT_NEAR(path.values[k], x * x / 2 - y * y / 2 + y * y * y * y / 4, 1e-15);
    EXPECT_DOUBLE_EQ(path.cost[k], static_cast<double>(k));
    x *= 0.75;
    y += 0.25 * (y - y * y * y);
  }
  EXPECT_THAT(path.end, HasSubstr("3 steps"));
}

TEST(Path, StaysWhereTheGradientIsZero) {
  const Path path = follow_on("saddle", "sgd", "{}", {0, 0}, 10);
  ASSERT_EQ(path.points.size(), 2u);  // after the step that finds it
  EXPECT_EQ(path.points[1].x, 0);
  EXPECT_EQ(path.points[1].y, 0);
  EXPECT_THAT(path.end, HasSubstr("Converged"));
}

TEST(Path, EndsWhereItDiverges) {
  const Path path = follow_on("valley", "sgd", R"({"learning_rate": 1})", {1, 1}, 1000);
  EXPECT_LT(path.points.size(), 20u);
  EXPECT_THAT(path.end, HasSubstr("Diverged"));
  for (const Point& p : path.points) EXPECT_TRUE(std::isfinite(p.x) && std::isfinite(p.y));
}

TEST(Path, OfALineSearchCostsMoreThanItsSteps) {
  const Path path = follow_on("rosenbrock", "newton", "{}", {-1.2, 1}, 100);
  EXPECT_NEAR(path.points.back().x, 1, 1e-9);
  EXPECT_GT(path.cost.back(), 2 * static_cast<double>(path.points.size()));
}

TEST(ChooseOptions, FindsTheRateThatIsBestOnAQuadratic) {
  // Of curvatures 1 and 100 gradient descent converges below 2/100, fastest near 2/101.
  const auto chosen = choose_options("sgd", "{}", find_landscape("valley"), 200);
  EXPECT_EQ(nlohmann::json::parse(chosen.json)["learning_rate"], 0.01);
  EXPECT_THAT(chosen.origin, HasSubstr("0.01 found"));
}

TEST(ChooseOptions, KeepsWhatIsGiven) {
  const Landscape& beale = find_landscape("beale");
  EXPECT_EQ(choose_options("sgd", R"({"learning_rate": 0.5})", beale, 5).json, R"({"learning_rate": 0.5})");
  EXPECT_EQ(choose_options("lbfgs", "{}", beale, 5).json, "{}");
  const auto adam = nlohmann::json::parse(choose_options("adam", R"({"beta1": 0.5})", beale, 5).json);
  EXPECT_EQ(adam["beta1"], 0.5);
  EXPECT_TRUE(adam.contains("learning_rate"));
  const auto lookahead = nlohmann::json::parse(choose_options("lookahead", "{}", beale, 5).json);
  EXPECT_TRUE(lookahead["inner"].contains("learning_rate"));
}

TEST(Race, RunsEachMethodFromEachStart) {
  const Race race = run_race({.methods = {"sgd", "lbfgs"}, .start = Point{2, 2}, .steps = 30});
  EXPECT_EQ(race.starts[0].x, 2);
  EXPECT_EQ(race.starts[1].x, find_landscape("beale").starts[0].x);
  EXPECT_GT(race.starts.size(), 25u);
  ASSERT_EQ(race.runners.size(), 2u);
  for (const Runner& runner : race.runners) {
    ASSERT_EQ(runner.paths.size(), race.starts.size());
    for (std::size_t i = 0; i < race.starts.size(); ++i) {
      EXPECT_EQ(runner.paths[i].points[0].x, race.starts[i].x);
      EXPECT_LE(runner.paths[i].points.size(), 31u);
    }
  }
}

TEST(Race, LeavesOutWhatTheFunctionDoesNotSuffice) {
  const Race race = run_race({.function = "branin", .methods = {"adam", "gauss-newton"}, .steps = 5});
  EXPECT_EQ(race.runners.size(), 1u);
  ASSERT_EQ(race.left_out.size(), 1u);
  EXPECT_THAT(race.left_out[0], HasSubstr("gauss-newton is left out: "));
  EXPECT_EQ(run_race({.function = "beale", .methods = {"gauss-newton"}, .steps = 5}).runners.size(), 1u);
  EXPECT_ERROR(run_race({.function = "branin", .methods = {"gauss-newton"}, .steps = 5}),
               "no method is left");
}

TEST(Race, RefusesWhatThereIsNot) {
  EXPECT_ERROR(run_race({.function = "bale", .methods = {"sgd"}}), "Did you mean \"beale\"?");
  EXPECT_ERROR(run_race({.methods = {"adm"}}), "adam");
  EXPECT_ERROR(run_race({.methods = {}}), "names no method");
  EXPECT_ERROR(run_race({.methods = {"sgd", "sgd"}}), "names sgd more than once");
  EXPECT_ERROR(run_race({.methods = {"sgd"}, .steps = 0}), "at least 1, not 0");
  EXPECT_ERROR(run_race({.methods = {"sgd"}, .options = "[]"}), "JSON object");
  EXPECT_ERROR(run_race({.methods = {"sgd", "adam"}, .options = R"({"adm": {}})"}), "Did you mean \"adam\"?");
  EXPECT_ERROR(run_race({.methods = {"sgd"}, .options = R"({"sgd": {"rate": 1}})"}), "rate");
  EXPECT_ERROR(run_race({.methods = {"sgd"}, .options = R"({"sgd": 1})"}), "JSON object");
  EXPECT_ERROR(run_race({.methods = {"sgd"}, .start = Point{9, 0}}), "outside of the window of beale");
}

TEST(Page, HoldsWhatTheRaceFound) {
  const Race race = run_race({.function = "valley", .methods = {"momentum", "newton"}, .steps = 20});
  const Json json = to_json(race);
  const Path& path = race.runners[0].paths[2];
  const Json& drawn = json["methods"][0]["paths"][2];
  ASSERT_EQ(drawn["x"].size(), path.points.size());
  for (std::size_t k = 0; k < path.points.size(); ++k) {
    EXPECT_NEAR(drawn["x"][k].get<double>(), path.points[k].x, 1e-5 * (1 + std::abs(path.points[k].x)));
    EXPECT_NEAR(drawn["excess"][k].get<double>(), path.values[k], 1e-3 * (1 + path.values[k]));
  }
  EXPECT_EQ(drawn["cost"], 1.0);
  EXPECT_EQ(json["relief"]["heights"].size(),
            json["relief"]["columns"].get<std::size_t>() * json["relief"]["rows"].get<std::size_t>());
  const std::string html = page("A <valley>", json);
  EXPECT_THAT(html, HasSubstr("<title>A &lt;valley&gt;</title>"));
  EXPECT_THAT(html, Not(HasSubstr("{{")));
  EXPECT_THAT(html, Not(HasSubstr("http")));
}

TEST(Svg, MovesEachMethodAlongItsPath) {
  const std::string picture = svg(run_race({.function = "saddle", .methods = {"sgd", "adam"}, .steps = 10}));
  EXPECT_TRUE(picture.starts_with("<svg xmlns="));
  std::size_t heads = 0;
  for (std::size_t at = 0; (at = picture.find("attributeName=\"cx\"", at)) != std::string::npos; ++at)
    ++heads;
  EXPECT_EQ(heads, 2u);
  EXPECT_THAT(picture, Not(HasSubstr("nan")));
  EXPECT_THAT(picture, Not(HasSubstr("inf")));
}

}  // namespace
}  // namespace gradus::landscape
