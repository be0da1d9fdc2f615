#include "data/digits.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "base/threads.h"
#include "data/digit_strokes.h"
#include "data/sha256.h"
#include "tests/support/expect_error.h"

namespace gradus {
namespace {

using test::message_of;
using testing::HasSubstr;

std::vector<float> pixels(const Dataset& data) {
  std::vector<Index> all(static_cast<std::size_t>(data.size()));
  std::iota(all.begin(), all.end(), Index{0});
  std::vector<float> x(all.size() * 784);
  data.gather<float>(all, x);
  return x;
}

std::vector<Index> labels(const Dataset& data) {
  std::vector<Index> y;
  for (Index i = 0; i < data.size(); ++i) y.push_back(data.label(i));
  return y;
}

TEST(Digits, HaveTheShapeOfMnistButNotItsName) {
  const Digits digits = synthetic_digits({.train = 20, .test = 10});
  EXPECT_EQ(digits.train.size(), 20);
  EXPECT_EQ(digits.test.size(), 10);
  for (const Dataset* data : {&digits.train, &digits.test}) {
    EXPECT_EQ(data->name(), "synthetic digits");
    EXPECT_EQ(data->rows(), 28);
    EXPECT_EQ(data->columns(), 28);
    EXPECT_EQ(data->classes(), 10);
  }
}

TEST(Digits, DependOnSeedSplitAndIndexAlone) {
  const Digits few = synthetic_digits({.train = 100, .test = 50, .seed = 5}),
               many = synthetic_digits({.train = 300, .test = 200, .seed = 5}),
               other = synthetic_digits({.train = 100, .test = 50, .seed = 6});
  EXPECT_EQ(pixels(few.train), pixels(many.train.first(100)));
  EXPECT_EQ(labels(few.train), labels(many.train.first(100)));
  EXPECT_EQ(pixels(few.test), pixels(many.test.first(50)));
  EXPECT_NE(pixels(few.train), pixels(other.train));
  EXPECT_NE(pixels(few.test), pixels(few.train.first(50)));
}

TEST(Digits, AreTheSameOnAnyNumberOfThreads) {
  const int before = threads();
  std::array<std::vector<float>, 3> sets;
  for (int n = 1; n <= 3; ++n) {
    set_threads(n);
    sets[static_cast<std::size_t>(n - 1)] = pixels(synthetic_digits({.train = 1000, .test = 1}).train);
  }
  set_threads(before);
  EXPECT_EQ(sets[0], sets[1]);
  EXPECT_EQ(sets[0], sets[2]);
}

// Only operations that IEEE 754 defines to the last bit are used to draw them.
TEST(Digits, AreTheSameOnEveryMachine) {
  std::vector<std::uint8_t> bytes;
  for (const float x : pixels(synthetic_digits({.train = 200, .test = 1}).train))
    bytes.push_back(static_cast<std::uint8_t>(x * 255 + 0.5f));
  EXPECT_EQ(sha256({bytes}), "84c7e2ca4489b1bb41888abcb53c395ef5d00e780b2fff53ca98c3153c7b83be");
}

TEST(Digits, AllDifferAndAllClassesComeEquallyOften) {
  const Dataset data = synthetic_digits({.train = 10'000, .test = 1}).train;
  std::array<int, 10> counts{};
  for (const Index label : labels(data)) ++counts[static_cast<std::size_t>(label)];
  for (const int count : counts) EXPECT_NEAR(count, 1000, 4 * 30);  // standard deviation 30
  const std::vector<float> x = pixels(data);
  std::vector<std::vector<float>> images;
  for (std::size_t i = 0; i < x.size(); i += 784)
    images.emplace_back(x.begin() + static_cast<std::ptrdiff_t>(i),
                        x.begin() + static_cast<std::ptrdiff_t>(i + 784));
  std::sort(images.begin(), images.end());
  EXPECT_EQ(std::adjacent_find(images.begin(), images.end()), images.end());
}

TEST(Digits, HaveInkLikeMnist) {
  const std::vector<float> x = pixels(synthetic_digits({.train = 2000, .test = 1}).train);
  const auto share = [&](auto which) {
    return static_cast<double>(std::count_if(x.begin(), x.end(), which)) / static_cast<double>(x.size());
  };
  // MNIST: 0.81 white, mean 0.13.
  EXPECT_NEAR(share([](float p) { return p == 0; }), 0.79, 0.03);
  EXPECT_NEAR(std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size()), 0.14, 0.02);
  EXPECT_EQ(*std::max_element(x.begin(), x.end()), 1);
  for (std::size_t i = 0; i < x.size(); i += 784) {
    const auto image = x.begin() + static_cast<std::ptrdiff_t>(i);
    EXPECT_GT(std::accumulate(image, image + 784, 0.0), 15) << i / 784;
  }
}

// The mean of each class' training images, as a classifier, is far above chance and far below perfect.
TEST(Digits, CanBeToldApartButNotByTheirMeans) {
  const Digits digits = synthetic_digits({.train = 5000, .test = 1000});
  const std::vector<float> x = pixels(digits.train), z = pixels(digits.test);
  std::array<std::array<double, 784>, 10> mean{};
  std::array<int, 10> count{};
  for (std::size_t i = 0; i < 5000; ++i) {
    const auto label = static_cast<std::size_t>(digits.train.label(static_cast<Index>(i)));
    ++count[label];
    for (std::size_t j = 0; j < 784; ++j) mean[label][j] += static_cast<double>(x[i * 784 + j]);
  }
  int right = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    std::array<double, 10> distance{};
    for (std::size_t c = 0; c < 10; ++c)
      for (std::size_t j = 0; j < 784; ++j) {
        const double d = mean[c][j] / count[c] - static_cast<double>(z[i * 784 + j]);
        distance[c] += d * d;
      }
    const auto nearest = std::min_element(distance.begin(), distance.end()) - distance.begin();
    right += nearest == digits.test.label(static_cast<Index>(i));
  }
  EXPECT_GT(right, 600);
  EXPECT_LT(right, 900);
}

TEST(Digits, RefuseToDrawNothing) {
  EXPECT_THAT(message_of([] { synthetic_digits({.train = 0}); }),
              HasSubstr("training images must be at least 1, not 0"));
  EXPECT_THAT(message_of([] { synthetic_digits({.train = 1, .test = -1}); }), HasSubstr("test images"));
}

TEST(DigitStrokes, PassTheirPointsAndStayNearTheirBox) {
  for (int digit = 0; digit < 10; ++digit) {
    ASSERT_GE(ways_to_write(digit).size(), 2u);
    for (const auto& way : ways_to_write(digit)) {
      for (const Stroke& stroke : way) {
        ASSERT_GE(stroke.size(), 2u);
        for (std::size_t i = 0; i + 1 < stroke.size(); ++i) {
          EXPECT_NEAR(on_curve(stroke, i, 0).x, stroke[i].x, 1e-15);
          EXPECT_NEAR(on_curve(stroke, i, 1).y, stroke[i + 1].y, 1e-15);
          for (double t = 0; t <= 1; t += 0.125) {
            const Point p = on_curve(stroke, i, t);
            EXPECT_TRUE(p.x > -0.1 && p.x < 1.1 && p.y > -0.1 && p.y < 1.1) << digit;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace gradus
