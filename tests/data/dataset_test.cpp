#include "data/dataset.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using test::message_of;
using testing::AllOf, testing::ElementsAre, testing::HasSubstr;

// Six images of 2 × 3 pixels; the pixels count up.
Dataset images() {
  std::vector<std::uint8_t> pixels(36);
  std::iota(pixels.begin(), pixels.end(), std::uint8_t{0});
  return Dataset::from_bytes("six", pixels, 2, 3, {0, 1, 2, 0, 1, 2}, 3);
}

template <class Scalar = double>
std::vector<Scalar> inputs(const Dataset& data, const std::vector<Index>& cases) {
  std::vector<Scalar> out(cases.size() * static_cast<std::size_t>(data.width()));
  data.gather<Scalar>(cases, out);
  return out;
}

std::vector<Index> all_labels(const Dataset& data) {
  std::vector<Index> labels;
  for (Index i = 0; i < data.size(); ++i) labels.push_back(data.label(i));
  return labels;
}

// The number that the first pixel of each of these cases has.
std::vector<int> identities(const Dataset& data) {
  std::vector<int> result;
  for (Index i = 0; i < data.size(); ++i)
    result.push_back(static_cast<int>(inputs(data, {i})[0] * 255 + 0.5) / 6);
  return result;
}

TEST(Dataset, KnowsItsShape) {
  const Dataset data = images();
  EXPECT_EQ(data.name(), "six");
  EXPECT_EQ(data.size(), 6);
  EXPECT_EQ(data.width(), 6);
  EXPECT_EQ(data.rows(), 2);
  EXPECT_EQ(data.columns(), 3);
  EXPECT_EQ(data.classes(), 3);
  EXPECT_EQ(data.target_width(), 0);
}

TEST(Dataset, GathersImagesAsNumbersFrom0To1) {
  EXPECT_THAT(inputs(images(), {1, 0, 1}),
              testing::Pointwise(testing::DoubleNear(1e-16),
                                 {6 / 255., 7 / 255., 8 / 255., 9 / 255., 10 / 255., 11 / 255., 0 / 255.,
                                  1 / 255., 2 / 255., 3 / 255., 4 / 255., 5 / 255., 6 / 255., 7 / 255.,
                                  8 / 255., 9 / 255., 10 / 255., 11 / 255.}));
  EXPECT_TRUE(inputs(images(), {}).empty());
}

template <class Scalar>
void check_every_byte() {
  std::vector<std::uint8_t> bytes(256);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  const auto x = inputs<Scalar>(Dataset::from_bytes("bytes", bytes, 16, 16, {0}, 1), {0});
  for (std::size_t i = 0; i < 256; ++i) {
    const Scalar exact = static_cast<Scalar>(i) / 255;
    EXPECT_NEAR(x[i], exact, exact * std::numeric_limits<Scalar>::epsilon());
  }
  EXPECT_EQ(x[0], 0);
  EXPECT_EQ(x[255], 1);
}

TEST(Dataset, ConvertsEveryByteToTheLastPlaceAndEndsAtExactly1) {
  check_every_byte<float>();
  check_every_byte<double>();
}

TEST(Dataset, GathersLabels) {
  std::vector<float> labels(4);
  images().gather_labels<float>(std::vector<Index>{5, 0, 1, 5}, labels);
  EXPECT_THAT(labels, ElementsAre(2, 0, 1, 2));
  EXPECT_THAT(all_labels(images()), ElementsAre(0, 1, 2, 0, 1, 2));
}

TEST(Dataset, HoldsValuesAndTargets) {
  const Dataset data = Dataset::from_values("mine", {1, 2, 3, 4, 5, 6}, 2, {-1, -2, -3}, 1);
  EXPECT_EQ(data.size(), 3);
  EXPECT_EQ(data.classes(), 0);
  EXPECT_EQ(data.target_width(), 1);
  EXPECT_EQ(data.rows(), 0);
  EXPECT_THAT(inputs(data, {2, 0}), ElementsAre(5, 6, 1, 2));
  EXPECT_THAT(inputs<float>(data, {1}), ElementsAre(3, 4));
  std::vector<double> targets(2);
  data.gather_targets<double>(std::vector<Index>{2, 0}, targets);
  EXPECT_THAT(targets, ElementsAre(-3, -1));
  const Dataset pairs =
      Dataset::from_values("mine", {1, 2}, 1, {-1, -2, -3, -4}, 2).subset(std::vector<Index>{1});
  pairs.gather_targets<double>(std::vector<Index>{0}, targets);
  EXPECT_THAT(targets, ElementsAre(-3, -4));
}

TEST(Dataset, HoldsValuesAndClasses) {
  const Dataset data = Dataset::from_labelled_values("mine", {1, 2, 3, 4}, 2, {300, 0}, 301);
  EXPECT_EQ(data.size(), 2);
  EXPECT_EQ(data.classes(), 301);
  EXPECT_EQ(data.label(0), 300);
  EXPECT_THAT(inputs(data, {1}), ElementsAre(3, 4));
}

TEST(Dataset, HoldsImagesWithoutLabels) {
  std::vector<std::uint8_t> pixels(12);
  std::iota(pixels.begin(), pixels.end(), std::uint8_t{0});
  const Dataset data = Dataset::from_bytes("bare", pixels, 2, 3);
  EXPECT_EQ(data.size(), 2);
  EXPECT_EQ(data.width(), 6);
  EXPECT_EQ(data.rows(), 2);
  EXPECT_EQ(data.columns(), 3);
  EXPECT_EQ(data.classes(), 0);
  EXPECT_EQ(data.target_width(), 0);
  EXPECT_EQ(identities(data.subset(std::vector<Index>{1, 0, 1})), (std::vector<int>{1, 0, 1}));
  EXPECT_EQ(data.split(1, 0).first.size(), 1);
  std::vector<double> room;
  const std::vector<Index> none;
  EXPECT_EQ(message_of([&] { data.gather_labels<double>(none, room); }),
            "[gather_labels] bare has no classes.");
  EXPECT_EQ(message_of([&] { data.gather_targets<double>(none, room); }),
            "[gather_targets] bare has no targets.");
  EXPECT_THAT(message_of([&] { data.label(0); }), HasSubstr("bare has no classes"));
  EXPECT_THAT(message_of([] { Dataset::from_bytes("d", {}, 2, 2); }), HasSubstr("d: the data is empty"));
  EXPECT_THAT(message_of([] { Dataset::from_bytes("d", {1, 2, 3}, 1, 2); }), HasSubstr("1 are left over"));
  EXPECT_THAT(message_of([] { Dataset::from_bytes("d", {1}, 0, 1); }), HasSubstr("rows"));
}

TEST(Dataset, TakesImagesWithoutInk) {
  EXPECT_EQ(Dataset::from_bytes("blank", std::vector<std::uint8_t>(8), 2, 2, {0, 1}, 2).size(), 2);
}

TEST(Dataset, RefusesEmptyData) {
  EXPECT_THAT(message_of([] { Dataset::from_bytes("d", {}, 2, 2, {}, 2); }),
              HasSubstr("d: the data is empty"));
  EXPECT_THAT(message_of([] { Dataset::from_values("d", {}, 2, {}, 2); }), HasSubstr("d: the data is empty"));
  EXPECT_THAT(message_of([] {
                Dataset::from_values("d", {1, 2}, 2, {}, 2);
              }),
              HasSubstr("d: the data is empty"));
  EXPECT_THAT(message_of([] { Dataset::from_labelled_values("d", {}, 2, {}, 2); }),
              HasSubstr("d: the data is empty"));
}

TEST(Dataset, RefusesCountsThatDisagree) {
  EXPECT_THAT(message_of([] {
                Dataset::from_bytes("d", {1, 2, 3, 4, 5, 6}, 1, 2, {0, 1}, 2);
              }),
              AllOf(HasSubstr("3 cases"), HasSubstr("2 labels")));
  EXPECT_THAT(message_of([] {
                Dataset::from_bytes("d", {1, 2, 3}, 1, 2, {0, 1}, 2);
              }),
              HasSubstr("1 are left over"));
  EXPECT_THAT(message_of([] {
                Dataset::from_values("d", {1, 2, 3}, 1, {1, 2, 3, 4}, 2);
              }),
              AllOf(HasSubstr("3 cases"), HasSubstr("2 targets")));
  EXPECT_THAT(message_of([] {
                Dataset::from_values("d", {1, 2}, 1, {1, 2, 3}, 2);
              }),
              HasSubstr("1 are left over"));
  EXPECT_THAT(message_of([] {
                Dataset::from_labelled_values("d", {1, 2}, 1, {1}, 2);
              }),
              AllOf(HasSubstr("2 cases"), HasSubstr("1 labels")));
}

TEST(Dataset, RefusesLabelsOutOfRange) {
  EXPECT_THAT(message_of([] {
                Dataset::from_bytes("d", {1, 2, 3}, 1, 1, {0, 9, 10}, 10);
              }),
              AllOf(HasSubstr("case 2"), HasSubstr("label 10"), HasSubstr("0 to 9")));
  EXPECT_THAT(message_of([] {
                Dataset::from_labelled_values("d", {1, 2}, 1, {0, -1}, 10);
              }),
              AllOf(HasSubstr("case 1"), HasSubstr("label -1")));
}

TEST(Dataset, RefusesWhatIsNotFinite) {
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(message_of([&] {
                Dataset::from_values("d", {1, 2, 3, nan}, 2, {1, 2}, 1);
              }),
              AllOf(HasSubstr("feature 1 of case 1"), HasSubstr("nan")));
  EXPECT_THAT(message_of([&] {
                Dataset::from_values("d", {1, 2}, 1, {1, -infinity}, 1);
              }),
              AllOf(HasSubstr("target 0 of case 1"), HasSubstr("-inf")));
  EXPECT_THAT(message_of([&] { Dataset::from_labelled_values("d", {nan}, 1, {0}, 1); }),
              HasSubstr("feature 0 of case 0"));
}

TEST(Dataset, RefusesImpossibleShapes) {
  EXPECT_THAT(message_of([] { Dataset::from_bytes("d", {1}, 0, 1, {0}, 1); }),
              HasSubstr("rows must be at least 1, not 0"));
  EXPECT_THAT(message_of([] { Dataset::from_bytes("d", {1}, 1, -1, {0}, 1); }), HasSubstr("columns"));
  EXPECT_THAT(message_of([] { Dataset::from_bytes("d", {1}, 1, 1, {0}, 0); }), HasSubstr("classes"));
  EXPECT_THAT(message_of([] { Dataset::from_bytes("d", {1}, Index{1} << 40, Index{1} << 40, {0}, 1); }),
              HasSubstr("too large"));
  EXPECT_THAT(message_of([] { Dataset::from_values("d", {1}, 0, {0}, 1); }), HasSubstr("features"));
  EXPECT_THAT(message_of([] { Dataset::from_values("d", {1}, 1, {0}, 0); }), HasSubstr("targets"));
  EXPECT_THAT(message_of([] { Dataset::from_labelled_values("d", {1}, 0, {0}, 1); }), HasSubstr("features"));
  EXPECT_THAT(message_of([] { Dataset::from_labelled_values("d", {1}, 1, {0}, 0); }), HasSubstr("classes"));
}

TEST(Dataset, RefusesWrongGathering) {
  std::vector<double> room(6);
  const auto gather = [&](std::vector<Index> cases) { images().gather<double>(cases, room); };
  EXPECT_THAT(message_of([&] { gather({6}); }), AllOf(HasSubstr("case 6"), HasSubstr("there are 6")));
  EXPECT_THAT(message_of([&] { gather({-1}); }), HasSubstr("case -1"));
  EXPECT_THAT(message_of([&] { gather({0, 1}); }), AllOf(HasSubstr("room for 12"), HasSubstr("not 6")));
  EXPECT_THAT(message_of([&] { images().first(2).gather<double>(std::vector<Index>{2}, room); }),
              HasSubstr("there are 2"));
  EXPECT_THAT(message_of([&] { images().gather_labels<double>(std::vector<Index>{1}, room); }),
              HasSubstr("room for 1"));
  EXPECT_THAT(message_of([&] { images().gather_targets<double>(std::vector<Index>{1}, room); }),
              HasSubstr("gather_labels"));
  const Dataset values = Dataset::from_values("mine", {1, 2}, 1, {3, 4}, 1);
  EXPECT_THAT(message_of([&] { values.gather_labels<double>(std::vector<Index>{1}, room); }),
              HasSubstr("gather_targets"));
  EXPECT_THAT(message_of([&] { values.gather_targets<double>(std::vector<Index>{1}, room); }),
              HasSubstr("room for 1"));
  EXPECT_THAT(message_of([&] { images().label(6); }), HasSubstr("case 6"));
}

TEST(Dataset, SubsetsShareTheStorage) {
  const Dataset some = images().subset(std::vector<Index>{5, 1, 1, 3});
  EXPECT_EQ(some.size(), 4);
  EXPECT_EQ(some.name(), "six");
  EXPECT_THAT(identities(some), ElementsAre(5, 1, 1, 3));
  EXPECT_THAT(all_labels(some), ElementsAre(2, 1, 1, 0));
  EXPECT_THAT(identities(some.subset(std::vector<Index>{3, 0})), ElementsAre(3, 5));
  EXPECT_THAT(identities(some.first(2)), ElementsAre(5, 1));
  EXPECT_THAT(identities(images().first(6)), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Dataset, RefusesImpossibleSubsets) {
  EXPECT_THAT(message_of([] { images().first(0); }), AllOf(HasSubstr("1 to 6"), HasSubstr("not 0")));
  EXPECT_THAT(message_of([] { images().first(7); }), HasSubstr("not 7"));
  EXPECT_THAT(message_of([] { images().subset({}); }), HasSubstr("at least one case"));
  EXPECT_THAT(message_of([] { images().first(2).subset(std::vector<Index>{2}); }),
              HasSubstr("case 2 does not exist"));
  EXPECT_THAT(message_of([] { images().split(0, 1); }), HasSubstr("not 0"));
  EXPECT_THAT(message_of([] { images().split(6, 1); }), AllOf(HasSubstr("1 to 5"), HasSubstr("not 6")));
}

TEST(Dataset, SplitsAreDisjointCompleteAndKeyed) {
  std::vector<double> values(1000);
  std::iota(values.begin(), values.end(), 0.0);
  const Dataset data = Dataset::from_values("numbers", values, 1, values, 1);
  const auto members = [](const Dataset& part) {
    std::vector<Index> cases(static_cast<std::size_t>(part.size()));
    std::iota(cases.begin(), cases.end(), Index{0});
    return inputs(part, cases);
  };
  const auto [train, validation] = data.split(200, 7);
  EXPECT_EQ(train.size(), 800);
  EXPECT_EQ(validation.size(), 200);
  std::vector<double> both = members(train);
  for (const double x : members(validation)) both.push_back(x);
  std::sort(both.begin(), both.end());
  EXPECT_EQ(both, values);
  EXPECT_EQ(members(data.split(200, 7).second), members(validation));
  EXPECT_NE(members(data.split(200, 8).second), members(validation));
  // The mean of 200 of 1000 consecutive numbers drawn without repetition has a standard deviation of 18.3.
  const auto drawn = members(validation);
  EXPECT_NEAR(std::accumulate(drawn.begin(), drawn.end(), 0.0) / 200, 499.5, 4 * 18.3);
  EXPECT_EQ(train.split(1, 1).first.size(), 799);
}

}  // namespace
}  // namespace gradus
