#include "tools/compare/space.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

#include "base/error.h"
#include "optim/registry.h"

namespace gradus::compare {
namespace {

using testing::HasSubstr;

Dimension rates(double low, double high) {
  return {.option = "learning_rate", .low = low, .high = high, .values = {}};
}
Dimension grid(std::string option, std::vector<Json> values) {
  return {std::move(option), Dimension::Scale::grid, 0, 0, std::move(values)};
}
template <class Call>
void expect_refused(Call call, const std::string& says) {
  try {
    call();
    ADD_FAILURE() << says;
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(says));
  }
}

TEST(Space, EveryMethodHasOneThatItTakes) {
  for (const std::string& method : method_names())
    for (const auto kind : {Facts::Kind::network, Facts::Kind::function}) {
      const auto trials = draw_trials(method, space_of(method, kind), 0, 12);
      std::set<std::string> different;
      for (const Json& trial : trials) {
        different.insert(trial.dump());
        EXPECT_NO_THROW(make_optimizer<float>(method, trial.dump())) << method << trial;
        EXPECT_NO_THROW(make_optimizer<double>(method, trial.dump())) << method << trial;
      }
      EXPECT_EQ(different.size(), 12u) << method;
    }
}

TEST(Space, AMethodOfOnesOwnIsTunedByItsRate) {
  Method own = find_method("sgd");
  own.name = "my-sgd";
  register_method(own);
  const Space space = space_of("my-sgd", Facts::Kind::network);
  ASSERT_EQ(space.dimensions.size(), 1u);
  EXPECT_NEAR(space.dimensions[0].low, 0.01 / 30, 1e-12);  // of its 0.01
  EXPECT_NEAR(space.dimensions[0].high, 0.3, 1e-12);

  Method without = find_method("bfgs");
  without.name = "my-bfgs";
  register_method(without);
  expect_refused([] { space_of("my-bfgs", Facts::Kind::network); }, "what to tune of my-bfgs");
}

// One trial in each of as many equal parts of the logarithmic scale; rounding to three digits may cross a border.
TEST(Space, RatesCoverTheIntervalEvenly) {
  constexpr Index n = 16;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<double> places;
    for (const Json& trial : draw_trials("sgd", {.dimensions = {rates(1e-4, 1)}}, seed, n))
      places.push_back(std::log10(trial["learning_rate"].get<double>() / 1e-4) / 4 * n);
    std::ranges::sort(places);
    for (std::size_t k = 0; k < n; ++k) {
      const double rounding = std::log10(1.005) / 4 * n;
      EXPECT_GE(places[k], static_cast<double>(k) - rounding);
      EXPECT_LE(places[k], static_cast<double>(k + 1) + rounding);
    }
  }
}

TEST(Space, RatesAreUniformOnALogarithmicScale) {
  // Within a part they are uniform: the mean of 4000 such places, of variance 1/12, is within four standard errors of ½.
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    const auto trials = draw_trials("sgd", {.dimensions = {rates(1e-4, 1)}}, seed, 1);
    sum += std::log10(trials[0]["learning_rate"].get<double>() / 1e-4) / 4;
  }
  EXPECT_NEAR(sum / 4000, 0.5, 4 * std::sqrt(1.0 / 12 / 4000));
}

TEST(Space, TrialsAreAFunctionOfSeedAndMethod) {
  const Space space{.dimensions = {rates(1e-4, 1), grid("momentum", {0.5, 0.9})}};
  EXPECT_EQ(draw_trials("momentum", space, 3, 8), draw_trials("momentum", space, 3, 8));
  EXPECT_NE(draw_trials("momentum", space, 3, 8), draw_trials("momentum", space, 4, 8));
  EXPECT_NE(draw_trials("momentum", space, 3, 8), draw_trials("nesterov", space, 3, 8));
  Index small = 0;  // the grid's values occur equally often
  for (const Json& trial : draw_trials("momentum", space, 3, 8)) small += trial["momentum"] == 0.5;
  EXPECT_EQ(small, 4);
}

TEST(Space, NoPointOfAGridComesTwice) {
  const Space space{.dimensions = {grid("learning_rate", {0.1, 0.2, 0.4}), grid("momentum", {0.5, 0.9})}};
  std::set<std::string> points;
  for (const Json& trial : draw_trials("momentum", space, 0, 6)) points.insert(trial.dump());
  EXPECT_EQ(points.size(), 6u);
  expect_refused([&] { draw_trials("momentum", space, 0, 7); }, "of momentum has 6 points");
  expect_refused([&] { draw_trials("momentum", {}, 0, 2); }, "of momentum has 1 point;");
  EXPECT_EQ(draw_trials("momentum", {}, 0, 1), std::vector<Json>{Json::object()});
}

TEST(Space, GoesInsideOfMethodsAndSchedules) {
  const Space space{.dimensions = {grid("inner.learning_rate", {0.5})},
                    .fixed = {{"inner", {{"method", "sgd"}}}, {"steps", 7}}};
  EXPECT_EQ(draw_trials("lookahead", space, 0, 1)[0],
            Json::parse(R"({"inner": {"method": "sgd", "learning_rate": 0.5}, "steps": 7})"));
  const Space falling{.dimensions = {grid("learning_rate", {0.5})},
                      .fixed = {{"learning_rate", {{"schedule", "cosine"}, {"steps", 100}}}}};
  EXPECT_EQ(draw_trials("sgd", falling, 0, 1)[0],
            Json::parse(R"({"learning_rate": {"schedule": "cosine", "steps": 100, "rate": 0.5}})"));
  expect_refused(
      [] {
        draw_trials("lookahead",
                    {.dimensions = {grid("inner.learning_rate", {0.5})}, .fixed = {{"inner", 3}}}, 0, 1);
      },
      "inner.learning_rate cannot be tuned");
}

TEST(Space, ReadsAndWritesDimensions) {
  for (const char* text : {R"({"option":"learning_rate","scale":"log","low":0.001,"high":1.0})",
                           R"({"option":"shrink","scale":"linear","low":0.0,"high":1.0})",
                           R"({"option":"initial","values":["identity","diagonal"]})"})
    EXPECT_EQ(to_json(dimension_from("x", Json::parse(text))).dump(), text);
  for (const char* text :
       {"3", "{}", R"({"option": 3, "values": [1]})", R"({"option": "a", "values": []})",
        R"({"option": "a", "values": 1})", R"({"option": "a", "scale": "log", "low": 0, "high": 1})",
        R"({"option": "a", "scale": "log", "low": 1, "high": 1})",
        R"({"option": "a", "scale": "cubic", "low": 1, "high": 2})",
        R"({"option": "a", "scale": "log", "low": 1, "high": 2, "step": 1})",
        R"({"option": "a", "scale": "linear", "low": 1, "high": null})"})
    expect_refused([&] { dimension_from("adam", Json::parse(text)); }, "what is tuned of adam is");
}

}  // namespace
}  // namespace gradus::compare
