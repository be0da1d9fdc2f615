#include "optim/objectives/landscapes.h"

#include <cmath>
#include <functional>
#include <numbers>
#include <utility>

#include "base/nearest.h"
#include "optim/objectives/least_squares.h"

namespace gradus {
namespace {

using std::numbers::pi;

template <class T>
T square(const T& x) {
  return x * x;
}

// f(x, y) by a formula for every type of number.
template <class Formula>
class OfTwoVariables final : public Objective<double> {
 public:
  explicit OfTwoVariables(Formula formula) : formula_(std::move(formula)), hessian_(*this) {}

  Index size() const override { return 2; }
  double value(View theta) override { return formula_(theta[0], theta[1]); }
  double gradient(View theta, Ref out) override {
    using First = Dual<double>;
    const First along_x = formula_(First(theta[0], 1), First(theta[1]));
    const First along_y = formula_(First(theta[0]), First(theta[1], 1));
    out[0] = along_x.d, out[1] = along_y.d;
    return along_x.v;
  }
  Curvature<double>& hessian(View theta) override {
    hessian_.xx = second(theta, 1, 0, 1, 0);
    hessian_.xy = second(theta, 1, 0, 0, 1);
    hessian_.yy = second(theta, 0, 1, 0, 1);
    return hessian_;
  }

 private:
  struct Matrix : Curvature<double> {
    explicit Matrix(OfTwoVariables& f) : objective(f) {}
    void apply(View v, Ref out) override {
      out[0] = xx * v[0] + xy * v[1];
      out[1] = xy * v[0] + yy * v[1];
    }
    double value(View theta) override { return objective.value(theta); }
    OfTwoVariables& objective;
    double xx = 0, xy = 0, yy = 0;
  };

  // uᵀ∇²f v
  double second(View theta, double u0, double u1, double v0, double v1) const {
    using Second = Dual<Dual<double>>;
    return formula_(Second({theta[0], u0}, {v0, 0}), Second({theta[1], u1}, {v1, 0})).d.d;
  }

  Formula formula_;
  Matrix hessian_;
};

struct Entry {
  Landscape landscape;
  std::function<std::unique_ptr<Objective<double>>()> make;
};

template <class Formula>
Entry function(Landscape landscape, Formula formula) {
  return {std::move(landscape), [formula] { return std::make_unique<OfTwoVariables<Formula>>(formula); }};
}

template <class Formula>
Entry squares(Landscape landscape, Index m, Formula formula) {
  landscape.sum_of_squares = true;
  const auto residuals = make_residuals(2, m, std::move(formula));
  return {std::move(landscape), [residuals] { return std::make_unique<LeastSquares<double>>(residuals); }};
}

std::vector<Entry> make_entries() {
  using std::cos;
  return {
      function(
          {"saddle",
           "A saddle between two wells",
           "f(x, y) = ½ x² − ½ y² + ¼ y⁴",
           "At the saddle (0, 0) the gradient is zero and f curves upwards along x, downwards along y; y⁴ "
           "bounds it below.",
           {-2, -1.6},
           {2, 1.6},
           {{-1.8, 0.01}, {1.5, -0.1}, {-1.2, 1.4}},
           {{{0, 1}, -0.25}, {{0, -1}, -0.25}}},
          [](const auto& x, const auto& y) { return 0.5 * x * x - 0.5 * y * y + 0.25 * square(y * y); }),
      squares(
          {"valley",
           "A long valley",
           "f(x, y) = ½ u² + 50 v², u = (2x + y)/√5, v = (2y − x)/√5",
           "A quadratic function whose curvature is 100 across the valley and 1 along it; the valley is not "
           "along an axis.",
           {-4, -3},
           {4, 3},
           {{-3.6, -0.6}, {3.5, 2.4}, {-2, 2.5}},
           {{{0, 0}, 0}}},
          2,
          [](auto x, auto f) {
            f(1) = (2 * x(1) + x(2)) * std::sqrt(0.5 / 5);
            f(2) = (2 * x(2) - x(1)) * std::sqrt(50.0 / 5);
          }),
      squares({"booth",
               "Booth's function",
               "f(x, y) = (x + 2y − 7)² + (2x + y − 5)²",
               "A quadratic function whose curvature is 9 times as great across the valley as along it.",
               {-10, -10},
               {10, 10},
               {{-8, -6}, {8, -8}, {-7, 8}},
               {{{1, 3}, 0}}},
              2,
              [](auto x, auto f) {
                f(1) = x(1) + 2 * x(2) - 7;
                f(2) = 2 * x(1) + x(2) - 5;
              }),
      squares({"rosenbrock",
               "Rosenbrock's function",
               "f(x, y) = 100 (y − x²)² + (1 − x)²",
               "The floor of a steep curved valley is nearly flat: it is quickly found, but hard to follow.",
               {-2, -1},
               {2, 3},
               {{-1.2, 1}, {-1.5, 2.6}, {0.5, -0.6}},
               {{{1, 1}, 0}}},
              2,
              [](auto x, auto f) {
                f(1) = 10 * (x(2) - square(x(1)));
                f(2) = 1 - x(1);
              }),
      squares({"beale",
               "Beale's function",
               "f(x, y) = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
               "A flat plain and a narrow valley between walls that grow as y⁶; f has a saddle at (0, 1).",
               {-4.5, -4.5},
               {4.5, 4.5},
               {{1, 1}, {-1, 1.5}, {1.5, -2}},
               {{{3, 0.5}, 0}}},
              3,
              [](auto x, auto f) {
                const auto y = x(2);
                f(1) = 1.5 - x(1) + x(1) * y;
                f(2) = 2.25 - x(1) + x(1) * y * y;
                f(3) = 2.625 - x(1) + x(1) * y * y * y;
              }),
      squares({"himmelblau",
               "Himmelblau's function",
               "f(x, y) = (x² + y − 11)² + (x + y² − 7)²",
               "Four minima, all of them 0; four saddles and a maximum are between them.",
               {-6, -6},
               {6, 6},
               {{-0.5, -1}, {0, 4.5}, {5, 5}},
               {{{3, 2}, 0},
                {{-2.8051180869527449, 3.1313125182505730}, 0},
                {{-3.7793102533777469, -3.2831859912861694}, 0},
                {{3.5844283403304917, -1.8481265269644036}, 0}}},
              2,
              [](auto x, auto f) {
                f(1) = square(x(1)) + x(2) - 11;
                f(2) = x(1) + square(x(2)) - 7;
              }),
      function({"branin",
                "Branin's function",
                "f(x, y) = (y − 5.1x²/(4π²) + 5x/π − 6)² + 10 (1 − 1/(8π)) cos x + 10",
                "Three minima in the window, equally deep, with saddles between them.",
                {-5, 0},
                {10, 15},
                {{6, 13}, {-3, 2}, {0.5, 6}},
                {{{-pi, 12.275}, 1.25 / pi}, {{pi, 2.275}, 1.25 / pi}, {{3 * pi, 2.475}, 1.25 / pi}}},
               [](const auto& x, const auto& y) {
                 return square(y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6.0) +
                        10 * (1 - 1 / (8 * pi)) * cos(x) + 10.0;
               }),
      function({"six-hump-camel",
                "The six-hump camel-back function",
                "f(x, y) = (4 − 2.1x² + ⅓ x⁴) x² + xy + (4y² − 4) y²",
                "Six minima, two of them the least, mirrored at the origin.",
                {-2.2, -1.3},
                {2.2, 1.3},
                {{-1.9, -1.1}, {0.05, 0.02}, {1.3, -0.2}},
                {{{0.08984201310031806, -0.7126564030207396}, -1.0316284534898774},
                 {{-0.08984201310031806, 0.7126564030207396}, -1.0316284534898774},
                 {{-1.7036067149699808, 0.7960835686726251}, -0.21546382438371764},
                 {{1.7036067149699808, -0.7960835686726251}, -0.21546382438371764},
                 {{1.6071047529201972, 0.5686514548841314}, 2.1042503103112583},
                 {{-1.6071047529201972, -0.5686514548841314}, 2.1042503103112583}}},
               [](const auto& x, const auto& y) {
                 const auto xx = x * x, yy = y * y;
                 return (4 - 2.1 * xx + xx * xx / 3) * xx + x * y + (4 * yy - 4.0) * yy;
               }),
      function({"goldstein-price",
                "The function of Goldstein and Price",
                "f(x, y) = [1 + (x + y + 1)² (19 − 14x + 3x² − 14y + 6xy + 3y²)] [30 + (2x − 3y)² (18 − 32x "
                "+ 12x² "
                "+ 48y − 36xy + 27y²)]",
                "Four minima, of 3, 30, 84 and 840, in a landscape that rises to a million.",
                {-2, -2},
                {2, 2},
                {{-1.5, 1}, {1, -1.5}, {0.5, 1.5}},
                {{{0, -1}, 3}, {{-0.6, -0.4}, 30}, {{1.8, 0.2}, 84}, {{1.2, 0.8}, 840}}},
               [](const auto& x, const auto& y) {
                 const auto xx = x * x, xy = x * y, yy = y * y;
                 return (1 + square(x + y + 1.0) * (19 - 14 * x + 3 * xx - 14 * y + 6 * xy + 3 * yy)) *
                        (30 + square(2 * x - 3 * y) * (18 - 32 * x + 12 * xx + 48 * y - 36 * xy + 27 * yy));
               }),
      function(
          {"rastrigin",
           "Rastrigin's function",
           "f(x, y) = 20 + x² − 10 cos 2πx + y² − 10 cos 2πy",
           "A bowl with a minimum beside every pair of whole numbers, of which only (0, 0) is the least.",
           {-2.6, -2.6},
           {2.6, 2.6},
           {{-2.3, 1.8}, {1.55, 2.4}, {0.8, -2.2}},
           {{{0, 0}, 0}}},
          [](const auto& x, const auto& y) {
            return 20 + (x * x - 10 * cos(2 * pi * x)) + (y * y - 10 * cos(2 * pi * y));
          }),
  };
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = make_entries();
  return all;
}

const Entry& find(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Entry& entry : entries()) names.push_back(entry.landscape.name);
  return entries()[find_name("landscape", name, names)];
}

}  // namespace

std::vector<std::string> landscape_names() {
  std::vector<std::string> names;
  for (const Entry& entry : entries()) names.push_back(entry.landscape.name);
  return names;
}

const Landscape& find_landscape(std::string_view name) { return find(name).landscape; }

std::unique_ptr<Objective<double>> make_landscape(std::string_view name) { return find(name).make(); }

}  // namespace gradus
