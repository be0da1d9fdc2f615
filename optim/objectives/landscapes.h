#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../objective.h"

namespace gradus {

/// A function of two variables that methods are shown on, as a reader needs it.
struct Landscape {
  struct Point {
    double x, y;
  };
  struct Minimum {
    Point at;
    double value;
  };

  std::string name;             ///< "rosenbrock"
  std::string title;            ///< "Rosenbrock's function"
  std::string formula;          ///< "f(x, y) = 100 (y − x²)² + (1 − x)²"
  std::string note;             ///< a sentence: what is hard in it
  Point low, high;              ///< corners of the window that is worth looking at; f is defined everywhere
  std::vector<Point> starts;    ///< worth beginning at, the usual one first
  std::vector<Minimum> minima;  ///< the known ones in the window, the least first, to double precision
  bool sum_of_squares = false;  ///< its objective offers gauss_newton
};

/// Their names:
///
///     saddle  valley  booth  rosenbrock  beale  himmelblau  branin  six-hump-camel  goldstein-price  rastrigin
std::vector<std::string> landscape_names();
/// Throws Error, which suggests the nearest name.
const Landscape& find_landscape(std::string_view name);
/// The function of that name with exact gradient and Hessian, by dual numbers (dual.h); sums of squares with their
/// Gauss–Newton matrix, too (least_squares.h). Nothing is allocated after it is made. Throws Error as find_landscape does.
///
///     auto f = make_landscape("beale");
///     Vector<double> theta = {1, 1};
///     minimize(*f, theta, *make_optimizer<double>("lbfgs"));
///
/// E. M. L. Beale 1958; F. H. Branin 1972; L. C. W. Dixon, G. P. Szegő 1978 (Branin's, Goldstein and Price's and the
/// six-hump camel-back function); D. M. Himmelblau 1972; L. A. Rastrigin 1974; H. H. Rosenbrock 1960.
std::unique_ptr<Objective<double>> make_landscape(std::string_view name);

}  // namespace gradus
