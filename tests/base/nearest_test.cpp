#include "base/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/error.h"

namespace gradus {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::array<std::string_view, 5> names{"sgd", "momentum", "adam", "adamax", "rmsprop"};

TEST(Nearest, FindsTheNameWithTheFewestEdits) {
  EXPECT_EQ(nearest("adm", names), "adam");
  EXPECT_EQ(nearest("adamaxx", names), "adamax");
  EXPECT_EQ(nearest("sdg", names), "");  // two edits of three letters
  EXPECT_EQ(nearest("momentun", names), "momentum");
  EXPECT_EQ(nearest("rms-prop", names), "rmsprop");
  EXPECT_EQ(nearest("sgd", names), "sgd");
}

TEST(Nearest, OfSeveralTakesTheFirst) {
  const std::array<std::string_view, 2> both{"ab1", "ab2"};
  EXPECT_EQ(nearest("ab3", both), "ab1");
}

TEST(Nearest, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest("quasi-newton", names), "");
  EXPECT_EQ(nearest("", names), "");
  EXPECT_EQ(nearest("adam", {}), "");
}

TEST(FindName, GivesThePlaceOrThrowsWithASuggestion) {
  EXPECT_EQ(find_name("optimizer", "sgd", names), 0u);
  EXPECT_EQ(find_name("optimizer", "rmsprop", names), 4u);
  const auto message = [](std::string_view name) -> std::string {
    try {
      find_name("optimizer", name, names);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message("adan"),
            "[optimizer] there is no optimizer \"adan\". Did you mean \"adam\"? Choose one of: sgd, "
            "momentum, adam, adamax, "
            "rmsprop.");
  EXPECT_THAT(message("hessian-free"),
              AllOf(HasSubstr("\"hessian-free\""), Not(HasSubstr("mean")), HasSubstr("sgd,")));
}

}  // namespace
}  // namespace gradus
