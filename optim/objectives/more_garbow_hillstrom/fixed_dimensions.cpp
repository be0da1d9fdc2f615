// Functions 1 … 19, in the paper's symbols.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "optim/objectives/more_garbow_hillstrom/catalogue.h"

namespace gradus {
namespace {

using std::abs, std::atan, std::cos, std::exp, std::pow, std::sin, std::sqrt;

template <std::size_t m>
using Data = double[m];

constexpr Data<15> bard_y = {0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39,
                             0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39};
constexpr Data<15> gaussian_y = {0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989,
                                 0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009};
constexpr Data<16> meyer_y = {34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744,
                              8261,  7030,  6005,  5147,  4427,  3820,  3307,  2872};
constexpr Data<11> kowalik_y = {0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627,
                                0.0456, 0.0342, 0.0323, 0.0235, 0.0246};
constexpr Data<11> kowalik_u = {4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625};
constexpr Data<33> osborne_1_y = {0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818,
                                  0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603, 0.580, 0.558,
                                  0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438,
                                  0.431, 0.424, 0.420, 0.414, 0.411, 0.406};
constexpr Data<65> osborne_2_y = {1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746,
                                  0.679, 0.608, 0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649,
                                  0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395,
                                  0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653,
                                  0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739,
                                  0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054};

// The angle of (x1, x2) in turns, from −1/4 to 3/4, as a function that is smooth off the negative x2-axis.
template <class T>
T turns(const T& x1, const T& x2) {
  using std::numbers::pi;
  if (primal(x1) > 0) return atan(x2 / x1) / (2 * pi);
  if (primal(x1) < 0) return atan(x2 / x1) / (2 * pi) + 0.5;
  return std::copysign(0.25, primal(x2)) - atan(x1 / x2) / (2 * pi);
}

}  // namespace

void add_fixed_dimensions(Catalogue& all) {
  all.add(1, "Rosenbrock", 2, {-1.2, 1}, {0}, [](auto x, auto f) {
    f(1) = 10 * (x(2) - square(x(1)));
    f(2) = 1 - x(1);
  });

  all.add(2, "Freudenstein and Roth", 2, {0.5, -2}, {0, 48.98425367924002}, [](auto x, auto f) {
    f(1) = -13 + x(1) + ((5 - x(2)) * x(2) - 2) * x(2);
    f(2) = -29 + x(1) + ((x(2) + 1) * x(2) - 14) * x(2);
  });

  all.add(3, "Powell badly scaled", 2, {0, 1}, {0}, [](auto x, auto f) {
    f(1) = 1e4 * x(1) * x(2) - 1;
    f(2) = exp(-x(1)) + exp(-x(2)) - 1.0001;
  });

  all.add(4, "Brown badly scaled", 3, {1, 1}, {0}, [](auto x, auto f) {
    f(1) = x(1) - 1e6;
    f(2) = x(2) - 2e-6;
    f(3) = x(1) * x(2) - 2;
  });

  all.add(5, "Beale", 3, {1, 1}, {0}, [](auto x, auto f) {
    f(1) = 1.5 - x(1) * (1 - x(2));
    f(2) = 2.25 - x(1) * (1 - square(x(2)));
    f(3) = 2.625 - x(1) * (1 - cube(x(2)));
  });

  all.add(6, "Jennrich and Sampson", 10, {0.3, 0.4}, {124.36218235561485}, [](auto x, auto f) {
    for (int i = 1; i <= 10; ++i) f(i) = 2 + 2 * i - (exp(i * x(1)) + exp(i * x(2)));
  });
  all.note("f falls to 259.5802 as one unknown goes to −∞ and the other to 0.3314843.");

  all.add(7, "Helical valley", 3, {-1, 0, 0}, {0}, [](auto x, auto f) {
    f(1) = 10 * (x(3) - 10 * turns(x(1), x(2)));
    f(2) = 10 * (sqrt(square(x(1)) + square(x(2))) - 1);
    f(3) = x(3);
  });
  all.note("f jumps where x_1 = 0 and x_2 < 0, and has no value where both are 0.");

  all.add(8, "Bard", 15, {1, 1, 1}, {0.008214877306578975}, [](auto x, auto f) {
    for (int i = 1; i <= 15; ++i) {
      const int u = i, v = 16 - i, w = std::min(u, v);
      f(i) = bard_y[i - 1] - (x(1) + u / (v * x(2) + w * x(3)));
    }
  });
  all.note("f falls to 17.42869 as x_1 goes to 0.8406667, x_2 and x_3 to −∞.");

  all.add(9, "Gaussian", 15, {0.4, 1, 0}, {1.127932769618648e-8}, [](auto x, auto f) {
    for (int i = 1; i <= 15; ++i)
      f(i) = x(1) * exp(-x(2) * square((8 - i) / 2.0 - x(3)) / 2) - gaussian_y[i - 1];
  });

  all.add(10, "Meyer", 16, {0.02, 4000, 250}, {87.94585517085112}, [](auto x, auto f) {
    for (int i = 1; i <= 16; ++i) f(i) = x(1) * exp(x(2) / (45 + 5 * i + x(3))) - meyer_y[i - 1];
  });
  all.note("f overflows near the poles x_3 = −(45 + 5i).");

  all.add(11, "Gulf research and development", 99, {5, 2.5, 0.15}, {0}, [](auto x, auto f) {
    for (int i = 1; i <= 99; ++i) {
      const double t = i / 100.0, y = 25 + pow(-50 * std::log(t), 2.0 / 3);
      f(i) = exp(-pow(abs(y - x(2)), x(3)) / x(1)) - t;
    }
  });
  all.note(
      "10 x₀ is the minimizer. f is flat, 32.8345, where all exponentials vanish, as around "
      "(99.9, 60.6, 9.16).");

  all.add(12, "Box three-dimensional", 10, {0, 10, 20}, {0}, [](auto x, auto f) {
    for (int i = 1; i <= 10; ++i) {
      const double t = i / 10.0;
      f(i) = exp(-t * x(1)) - exp(-t * x(2)) - x(3) * (exp(-t) - exp(-10 * t));
    }
  });
  all.note("f = 0 at (1, 10, 1), (10, 1, −1) and wherever x_1 = x_2 and x_3 = 0.");

  all.add(13, "Powell singular", 4, {3, -1, 0, 1}, {0}, [](auto x, auto f) {
    f(1) = x(1) + 10 * x(2);
    f(2) = std::sqrt(5.0) * (x(3) - x(4));
    f(3) = square(x(2) - 2 * x(3));
    f(4) = std::sqrt(10.0) * square(x(1) - x(4));
  });
  all.note("The Hessian is singular at the minimizer 0.");

  all.add(14, "Wood", 6, {-3, -1, -3, -1}, {0}, [](auto x, auto f) {
    f(1) = 10 * (x(2) - square(x(1)));
    f(2) = 1 - x(1);
    f(3) = std::sqrt(90.0) * (x(4) - square(x(3)));
    f(4) = 1 - x(3);
    f(5) = std::sqrt(10.0) * (x(2) + x(4) - 2);
    f(6) = (x(2) - x(4)) / std::sqrt(10.0);
  });

  all.add(15, "Kowalik and Osborne", 11, {0.25, 0.39, 0.415, 0.39}, {3.0750560384923745e-4},
          [](auto x, auto f) {
            for (int i = 1; i <= 11; ++i) {
              const double u = kowalik_u[i - 1];
              f(i) = kowalik_y[i - 1] - x(1) * (u * u + u * x(2)) / (u * u + u * x(3) + x(4));
            }
          });
  all.note("f falls to 1.027343e-3 towards (∞, −14.07, −∞, −∞).");

  all.add(16, "Brown and Dennis", 20, {25, 5, -5, -1}, {85822.20162635634}, [](auto x, auto f) {
    for (int i = 1; i <= 20; ++i) {
      const double t = i / 5.0;
      f(i) = square(x(1) + t * x(2) - exp(t)) + square(x(3) + x(4) * sin(t) - cos(t));
    }
  });

  all.add(17, "Osborne 1", 33, {0.5, 1.5, -1, 0.01, 0.02}, {5.464894697482907e-5}, [](auto x, auto f) {
    for (int i = 1; i <= 33; ++i) {
      const double t = 10.0 * (i - 1);
      f(i) = osborne_1_y[i - 1] - (x(1) + x(2) * exp(-t * x(4)) + x(3) * exp(-t * x(5)));
    }
  });

  all.add(18, "Biggs EXP6", 13, {1, 2, 1, 1, 1, 1}, {0, 0.005655649925499931}, [](auto x, auto f) {
    for (int i = 1; i <= 13; ++i) {
      const double t = i / 10.0, y = exp(-t) - 5 * exp(-10 * t) + 3 * exp(-4 * t);
      f(i) = x(3) * exp(-t * x(1)) - x(4) * exp(-t * x(2)) + x(6) * exp(-t * x(5)) - y;
    }
  });
  all.note(
      "x₀ has x_1 = x_5 and x_3 = x_6, which most methods keep: they end in the second value, the minimum "
      "among such x, but a saddle in R⁶. f falls to 0.3063668 as x_2 goes to ∞ with x_1 = x_5 = 1.22756, "
      "x_3 + x_6 = 1.66541.");

  all.add(19, "Osborne 2", 65, {1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5}, {0.040137736293547735},
          [](auto x, auto f) {
            for (int i = 1; i <= 65; ++i) {
              const double t = (i - 1) / 10.0;
              f(i) = osborne_2_y[i - 1] -
                     (x(1) * exp(-t * x(5)) + x(2) * exp(-square(t - x(9)) * x(6)) +
                      x(3) * exp(-square(t - x(10)) * x(7)) + x(4) * exp(-square(t - x(11)) * x(8)));
            }
          });
}

}  // namespace gradus
