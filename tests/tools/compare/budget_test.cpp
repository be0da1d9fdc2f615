#include "tools/compare/budget.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace gradus::compare {
namespace {

using Unit = Budget::Unit;

TEST(Budget, IsReadWithItsUnit) {
  EXPECT_EQ(budget_from("5epochs"), (Budget{5, Unit::epochs}));
  EXPECT_EQ(budget_from("1 epoch"), (Budget{1, Unit::epochs}));
  EXPECT_EQ(budget_from("0.25epochs"), (Budget{0.25, Unit::epochs}));
  EXPECT_EQ(budget_from("6e2gradients"), (Budget{600, Unit::gradients}));
  EXPECT_EQ(budget_from("30s"), (Budget{30, Unit::seconds}));
  EXPECT_EQ(budget_from("2min"), (Budget{120, Unit::seconds}));
  EXPECT_EQ(to_string(Budget{1, Unit::epochs}), "1 epoch");
  EXPECT_EQ(to_string(Budget{2.5, Unit::gradients}), "2.5 gradients");
}

TEST(Budget, RefusesNonsenseWithASentence) {
  for (const char* text : {"", "5", "epochs", "-5epochs", "0epochs", "nan epochs", "infepochs", "1e308h",
                           "5 epoch s", "5epochs!", "5parsecs", "1e999s", "+5s"})
    try {
      budget_from(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("as in 5epochs, 600gradients, 30s or 2min, not")) << text;
    }
}

}  // namespace
}  // namespace gradus::compare
