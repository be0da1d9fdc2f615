#include "nn/graph/shape.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "tests/support/expect_error.h"

namespace gradus::test {
namespace {

TEST(Shape, KnowsItsSizes) {
  const Shape shape{batch, 3, 1};
  EXPECT_EQ(shape.rank(), 3);
  EXPECT_EQ(shape[0], batch);
  EXPECT_EQ(shape[2], 1);
  EXPECT_TRUE(shape.has_batch());
  EXPECT_EQ(shape.to_string(), "(batch, 3, 1)");
  EXPECT_EQ(shape.bound(7), (Shape{7, 3, 1}));
  EXPECT_EQ(shape.bound(7).elements(), 21);
  EXPECT_FALSE((Shape{7, 3}).has_batch());
  EXPECT_FALSE((Shape{7, 3}) == (Shape{7, 3, 1}));
}

TEST(Shape, OfAScalarHasOneElement) {
  EXPECT_EQ(Shape().elements(), 1);
  EXPECT_EQ(Shape(), Shape{});
  EXPECT_EQ(Shape().to_string(), "()");
  EXPECT_FALSE(Shape().has_batch());
}

TEST(Shape, RefusesWhatIsNone) {
  EXPECT_ERROR((Shape{1, 2, 3, 4, 5}), "[shape] a tensor has at most 4 dimensions, not 5.");
  EXPECT_ERROR((Shape{3, 0}), "[shape] a size must be at least 1, or batch, not 0.");
  EXPECT_ERROR((Shape{-2}), "[shape] a size must be at least 1, or batch, not -2.");
  EXPECT_ERROR((Shape{batch, 2}.elements()), "[shape] (batch, 2) has no number of elements yet.");
  EXPECT_ERROR((Shape{Index{1} << 32, Index{1} << 31}.elements()),
               "[shape] (4294967296, 2147483648) has more elements than can be counted.");
  EXPECT_EQ((Shape{Index{1} << 31, Index{1} << 31}.elements()), Index{1} << 62);
}

TEST(BroadcastShape, IsAsInNumPy) {
  EXPECT_EQ(broadcast_shape({}, {2, 3}, "t"), (Shape{2, 3}));
  EXPECT_EQ(broadcast_shape({3}, {2, 3}, "t"), (Shape{2, 3}));
  EXPECT_EQ(broadcast_shape({2, 1}, {1, 3}, "t"), (Shape{2, 3}));
  EXPECT_EQ(broadcast_shape({batch, 1}, {5}, "t"), (Shape{batch, 5}));
  EXPECT_EQ(broadcast_shape({1, 4}, {batch, 4}, "t"), (Shape{batch, 4}));
  EXPECT_EQ(broadcast_shape({1}, {1, 1}, "t"), (Shape{1, 1}));
}

TEST(BroadcastShape, RefusesOtherSizes) {
  EXPECT_ERROR(
      broadcast_shape({2, 3}, {2}, "add"),
      "[add] shapes (2, 3) and (2) do not go together: counted from the last axis, sizes must be equal or "
      "one of them 1.");
  EXPECT_ERROR(broadcast_shape({batch, 3}, {7, 3}, "add"),
               "[add] shapes (batch, 3) and (7, 3) do not go together");
}

TEST(Axes, CountFromEitherEnd) {
  EXPECT_EQ(resolve_axis(1, {2, 3}, "t"), 1);
  EXPECT_EQ(resolve_axis(-1, {2, 3}, "t"), 1);
  EXPECT_EQ(resolve_axis(-2, {2, 3}, "t"), 0);
  EXPECT_ERROR(resolve_axis(2, {2, 3}, "sum"), "[sum] axis 2 does not exist in shape (2, 3).");
  EXPECT_ERROR(resolve_axis(-3, {2, 3}, "sum"), "[sum] axis -3 does not exist in shape (2, 3).");
  EXPECT_ERROR(resolve_axis(0, {}, "sum"), "[sum] axis 0 does not exist in shape ().");
}

}  // namespace
}  // namespace gradus::test
