// The 35 problems against numbers that are published, and where they are not smooth.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <utility>

#include "optim/objectives/more_garbow_hillstrom.h"

namespace gradus {
namespace {

const TestProblem& problem(int number, std::size_t n) {
  for (const TestProblem& p : more_garbow_hillstrom())
    if (p.number == number && p.start.size() == n) return p;
  throw std::out_of_range("there is no such problem");
}

double value(int number, const std::vector<double>& x) {
  return LeastSquares<double>(problem(number, x.size()).residuals).value(x);
}

std::vector<double> gradient(int number, const std::vector<double>& x) {
  std::vector<double> out(x.size());
  LeastSquares<double>(problem(number, x.size()).residuals).gradient(x, out);
  return out;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

bool finite(const std::vector<double>& x) {
  return std::ranges::all_of(x, [](double element) { return std::isfinite(element); });
}

TEST(MoreGarbowHillstromCatalogue, HasAll35InTheirOrder) {
  std::vector<int> numbers;
  for (const TestProblem& p : more_garbow_hillstrom()) numbers.push_back(p.number);
  EXPECT_TRUE(std::ranges::is_sorted(numbers));
  EXPECT_EQ(std::set<int>(numbers.begin(), numbers.end()).size(), 35u);
  EXPECT_EQ(numbers.front(), 1);
  EXPECT_EQ(numbers.back(), 35);
}

TEST(MoreGarbowHillstromCatalogue, StartsAreScaledAsInThePaper) {
  EXPECT_EQ(problem(1, 2).scaled_start(1), problem(1, 2).start);
  EXPECT_EQ(problem(1, 2).scaled_start(10), (std::vector<double>{-12, 10}));
  EXPECT_EQ(problem(12, 3).scaled_start(100), (std::vector<double>{0, 1000, 2000}));
  EXPECT_EQ(problem(20, 6).scaled_start(1), std::vector<double>(6, 0));
  EXPECT_EQ(problem(20, 6).scaled_start(10), std::vector<double>(6, 10));
}

// ‖f‖ at 1, 10 and 100 times x₀, to 7 digits, as the test programs of MINPACK print them.
TEST(MoreGarbowHillstromCatalogue, NormsAtTheStartsAreMinpacks) {
  struct Row {
    int number;
    std::size_t n;
    std::vector<double> norms;
  };
  const Row rows[] = {
      {1, 2, {4.919350, 1340.063, 143000.1}},
      {2, 2, {20.01250, 12432.83, 1.142645e7}},
      {3, 2, {1.065487, 1.000000}},
      {6, 2, {64.58565}},
      {7, 3, {50.00000, 102.9563, 991.2618}},
      {8, 3, {6.456136, 36.14185, 384.1147}},
      {10, 3, {41153.47, 4168217}},
      {12, 3, {32.11158}},
      {13, 4, {14.66288, 1270.984, 126887.9}},
      {15, 4, {0.07289151, 2.979370, 29.95906}},
      {16, 4, {2815.438, 555073.4, 6.121125e7}},
      {17, 5, {0.9375640}},
      {19, 11, {1.446865}},
      {20, 6, {5.477226, 6433.126, 674256.0}},
      {20, 9, {5.477226, 12088.13, 1269109}},
      {20, 12, {5.477226, 19220.76, 2018918}},
      {26, 10, {0.08411753, 20.30519, 93.36937}},
      {27, 10, {16.53022, 9765624, 9.765625e16}},
      {28, 10, {0.02808058, 0.5255526, 106.5739}},
      {29, 10, {0.2518270, 6.116833, 1269.309}},
      {30, 10, {4.582576, 639.1009, 63337.58}},
      {31, 10, {18.97367, 17130.92, 1.594986e7}},
      {35, 7, {0.1837679, 4.269328e9, 6.414317e16}},
      {35, 8, {0.1965139}},
      {35, 9, {0.1699499}},
      {35, 10, {0.1837478}},
  };
  for (const Row& row : rows) {
    double factor = 1;
    for (double norm : row.norms) {
      const double ours = std::sqrt(value(row.number, problem(row.number, row.n).scaled_start(factor)));
      EXPECT_NEAR(ours / norm, 1, 5.1e-7) << "function " << row.number << " at " << factor << " x₀";
      factor *= 10;
    }
  }
}

TEST(MoreGarbowHillstromCatalogue, ValuesAtTheStartsAreThePublishedOnes) {
  struct Row {
    int number;
    std::size_t n;
    double value;
  };
  const Row rows[] = {
      {4, 2, 999998000003},
      {5, 2, 14.203125},
      {9, 3, 3.88810699116688e-6},
      {11, 3, 12.11070582556949},
      {12, 3, 1031.1538106093985},
      {14, 4, 19192},
      {16, 4, 7926693.33699744},
      {18, 6, 0.77907007565597},
      {21, 10, 5 * 24.2},
      {22, 12, 3 * 215},
      {23, 4, 885.06264},
      {23, 10, 148032.56535},
      {24, 4, 2.34000880546302},
      {24, 10, 162.65277656596712},
      {25, 10, 2198551.1625},
      {26, 10, 0.00707575946622261},
      {32, 10, 50},
      {33, 10, 8658670},
      {34, 10, 4067996},
  };
  for (const Row& row : rows)  // 15 digits are given
    EXPECT_NEAR(value(row.number, problem(row.number, row.n).start) / row.value, 1, 1e-12)
        << "function " << row.number;
}

TEST(MoreGarbowHillstromCatalogue, MinimaAreThePapers) {
  struct Row {
    int number;
    std::size_t n;
    std::vector<double> minima;
  };
  const Row rows[] = {
      {2, 2, {0, 48.9842}},    {6, 2, {124.362}},      {8, 3, {8.21487e-3}},
      {9, 3, {1.12793e-8}},    {10, 3, {87.9458}},     {15, 4, {3.07505e-4}},
      {16, 4, {85822.2}},      {17, 5, {5.46489e-5}},  {18, 6, {0, 5.65565e-3}},
      {19, 11, {4.01377e-2}},  {20, 6, {2.28767e-3}},  {20, 9, {1.39976e-6}},
      {20, 12, {4.72238e-10}}, {23, 4, {2.24997e-5}},  {23, 10, {7.08765e-5}},
      {24, 4, {9.37629e-6}},   {24, 10, {2.93660e-4}}, {26, 10, {0, 2.79506e-5}},
      {27, 10, {0, 1}},        {32, 10, {10}},         {33, 10, {380.0 / 82}},
      {34, 10, {454.0 / 74}},  {35, 8, {3.51687e-3}},  {35, 10, {4.77271e-3, 6.50395e-3}},
  };
  std::set<std::pair<int, std::size_t>> listed;
  for (const Row& row : rows) {
    listed.insert({row.number, row.n});
    const std::vector<double>& ours = problem(row.number, row.n).minima;
    ASSERT_EQ(ours.size(), row.minima.size()) << "function " << row.number;
    for (std::size_t i = 0; i < ours.size(); ++i)  // 6 digits, cut off
      EXPECT_NEAR(ours[i], row.minima[i], 1e-5 * row.minima[i]) << "function " << row.number;
  }
  for (const TestProblem& p : more_garbow_hillstrom()) {
    if (listed.contains({p.number, p.start.size()})) continue;
    EXPECT_EQ(p.minima, std::vector<double>{0}) << "function " << p.number;
  }
}

// Minimizers that the paper gives, exactly or, where they are irrational, to rounding.
TEST(MoreGarbowHillstromCatalogue, ValuesAtKnownMinimizers) {
  EXPECT_EQ(value(1, {1, 1}), 0);
  EXPECT_EQ(value(2, {5, 4}), 0);
  EXPECT_LT(value(3, {1.0981593296997149e-5, 9.106146739867375}), 1e-25);
  EXPECT_LT(value(4, {1e6, 2e-6}), 1e-30);
  EXPECT_EQ(value(5, {3, 0.5}), 0);
  EXPECT_EQ(value(7, {1, 0, 0}), 0);
  EXPECT_LT(value(11, {50, 25, 1.5}), 1e-28);
  EXPECT_EQ(value(14, {1, 1, 1, 1}), 0);
  EXPECT_LT(value(18, {1, 10, 1, 5, 4, 3}), 1e-30);
  EXPECT_NEAR(value(18, {1.7114159947956764, 17.68319817846745, 1.1631436609697268, 5.1865615510738605,
                         1.7114159947949301, 1.1631436609697998}),
              0.005655649925499929, 1e-15);
  // Brown almost-linear: α, …, α, α^{1−n} with n αⁿ − (n + 1) α^{n−1} + 1 = 0.
  double a = 0.97943;
  for (int k = 0; k < 5; ++k)
    a -= (10 * std::pow(a, 10) - 11 * std::pow(a, 9) + 1) / (100 * std::pow(a, 9) - 99 * std::pow(a, 8));
  std::vector<double> x(10, a);
  x[9] = std::pow(a, -9);
  EXPECT_LT(value(27, x), 1e-27);
  // Linear, rank 1: Σ j x_j = 3/(2m + 1); with zeros: 3/(2m − 3).
  EXPECT_NEAR(value(33, {3.0 / 41, 0, 0, 0, 0, 0, 0, 0, 0, 0}), 190.0 / 41, 1e-14);
  EXPECT_NEAR(value(34, {7, 1.5 / 37, 0, 0, 0, 0, 0, 0, 0, -5}), 227.0 / 37, 1e-14);
}

TEST(MoreGarbowHillstromCatalogue, NotesAreTrue) {
  EXPECT_NEAR(value(6, {0.3314843, -1e6}), 259.5802, 5e-5);
  EXPECT_NEAR(value(8, {0.8406667, -1e9, -1e9}), 17.42869, 5e-6);
  EXPECT_LT(value(11, problem(11, 3).scaled_start(10)), 1e-28);
  EXPECT_NEAR(value(11, {99.9, 60.6, 9.16}), 32.8345, 5e-5);
  EXPECT_TRUE(std::isinf(value(10, {0.02, 4000, -54.99})));
  EXPECT_NEAR(value(15, {7.286755e10, -14.07588, -3.297780e12, -2.057159e12}), 1.027343e-3, 5e-10);
  EXPECT_NEAR(value(18, {1.22756, 1e6, 0.832705, 5, 1.22756, 0.832705}), 0.3063668, 5e-8);
  EXPECT_NEAR(value(12, {10, 1, -1}), 0, 1e-30);
  EXPECT_EQ(value(12, {7, 7, 0}), 0);
}

// The paper's angle runs from −1/4 to 3/4 of a turn: smooth but for the negative x_2-axis.
TEST(HelicalValley, JumpsAtTheNegativeSecondAxisAlone) {
  const double tiny = 1e-12;
  const auto f1 = [](double x1, double x2) {
    return std::sqrt(value(7, {x1, x2, 0}));
  };  // 100 |θ| where x_1² + x_2² = 1
  EXPECT_NEAR(f1(-1, tiny), f1(-1, -tiny), 1e-9);
  EXPECT_NEAR(f1(tiny, 1), f1(-tiny, 1), 1e-9);
  EXPECT_NEAR(f1(0, 1), 25, 1e-12);
  EXPECT_NEAR(f1(0, -1), 25, 1e-12);
  EXPECT_NEAR(f1(tiny, -1), 25, 1e-9);
  EXPECT_NEAR(f1(-tiny, -1), 75, 1e-9);
  EXPECT_TRUE(std::isnan(f1(0, 0)));

  EXPECT_LT(distance(gradient(7, {0, 1, 0.5}), gradient(7, {tiny, 1, 0.5})), 1e-6);
}

// |y_i − x_2|^{x_3} is not smooth where it is 0, but has first derivatives for x_3 > 1.
TEST(Gulf, HasAGradientWhereAPowerIsZero) {
  const double y = 25 + std::pow(-50 * std::log(0.5), 2.0 / 3);
  EXPECT_TRUE(finite(gradient(11, {50, y, 1.5})));
  EXPECT_LT(distance(gradient(11, {50, y, 1.5}), gradient(11, {50, y + 1e-12, 1.5})), 1e-5);
}

TEST(JennrichSampson, OverflowsFarFromTheStart) {
  const std::vector<double> far = problem(6, 2).scaled_start(100);
  EXPECT_TRUE(std::isinf(value(6, far)));
  EXPECT_FALSE(finite(gradient(6, far)));
}

}  // namespace
}  // namespace gradus
