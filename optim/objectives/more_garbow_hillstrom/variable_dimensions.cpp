// Functions 20 … 35, in the paper's symbols: n is x.size(), m is f.size().
#include <algorithm>
#include <cmath>

#include "optim/objectives/more_garbow_hillstrom/catalogue.h"

namespace gradus {
namespace {

using std::cos, std::exp, std::sin;

// (g(1), …, g(n))
template <class G>
std::vector<double> sequence(int n, G g) {
  std::vector<double> x;
  for (int j = 1; j <= n; ++j) x.push_back(g(j));
  return x;
}

std::vector<double> constant(int n, double c) { return std::vector<double>(static_cast<std::size_t>(n), c); }

// The pattern over and over.
std::vector<double> repeat(int n, const std::vector<double>& pattern) {
  return sequence(n, [&](int j) { return pattern[static_cast<std::size_t>(j - 1) % pattern.size()]; });
}

// t(t − 1) at t = j/(n + 1)
double parabola(int j, int n) {
  const double t = j / (n + 1.0);
  return t * (t - 1);
}

// x_i, with x_0 = x_{n+1} = 0
template <class T>
T padded(OneBased<const T> x, int i) {
  return i < 1 || i > x.size() ? T(0) : x(i);
}

void add_watson(Catalogue& all, int size, double minimum) {
  all.add(20, "Watson", 31, constant(size, 0), {minimum}, []<class T>(OneBased<const T> x, OneBased<T> f) {
    for (int i = 1; i <= 29; ++i) {
      const double t = i / 29.0;
      T slope = 0, sum = 0;
      double power = 1;  // t^{j−1}
      for (int j = 1; j <= x.size(); ++j, power *= t) {
        slope += (j - 1) * (power / t) * x(j);
        sum += power * x(j);
      }
      f(i) = slope - square(sum) - 1;
    }
    f(30) = x(1);
    f(31) = x(2) - square(x(1)) - 1;
  });
}

void add_penalty_1(Catalogue& all, int size, double minimum) {
  all.add(23, "Penalty I", size + 1, sequence(size, [](int j) { return j; }), {minimum},
          [a = 1e-5]<class T>(OneBased<const T> x, OneBased<T> f) {
            const int n = x.size();
            T sum = -0.25;
            for (int i = 1; i <= n; ++i) {
              f(i) = std::sqrt(a) * (x(i) - 1);
              sum += square(x(i));
            }
            f(n + 1) = sum;
          });
}

void add_penalty_2(Catalogue& all, int size, double minimum) {
  all.add(24, "Penalty II", 2 * size, constant(size, 0.5), {minimum},
          [a = 1e-5]<class T>(OneBased<const T> x, OneBased<T> f) {
            const int n = x.size();
            f(1) = x(1) - 0.2;
            for (int i = 2; i <= n; ++i) {
              const double y = exp(i / 10.0) + exp((i - 1) / 10.0);
              f(i) = std::sqrt(a) * (exp(x(i) / 10) + exp(x(i - 1) / 10) - y);
            }
            for (int i = n + 1; i < 2 * n; ++i) f(i) = std::sqrt(a) * (exp(x(i - n + 1) / 10) - exp(-0.1));
            T sum = -1;
            for (int j = 1; j <= n; ++j) sum += (n - j + 1) * square(x(j));
            f(2 * n) = sum;
          });
}

void add_chebyquad(Catalogue& all, int size, std::vector<double> minima) {
  all.add(35, "Chebyquad", size, sequence(size, [size](int j) { return j / (size + 1.0); }),
          std::move(minima), []<class T>(OneBased<const T> x, OneBased<T> f) {
            const int n = x.size(), m = f.size();
            for (int i = 1; i <= m; ++i) f(i) = i % 2 ? 0 : 1.0 / (i * i - 1);  // −∫ T_i
            for (int j = 1; j <= n; ++j) {
              const T y = 2 * x(j) - 1;
              T before = 1, now = y;  // T_{i−1}, T_i
              for (int i = 1; i <= m; ++i) {
                f(i) += now / n;
                const T next = 2 * y * now - before;
                before = now;
                now = next;
              }
            }
          });
}

}  // namespace

void add_variable_dimensions(Catalogue& all) {
  add_watson(all, 6, 0.0022876700535524363);
  add_watson(all, 9, 1.39976013809902e-6);
  add_watson(all, 12, 4.722381105891757e-10);

  all.add(21, "Extended Rosenbrock", 10, repeat(10, {-1.2, 1}), {0}, [](auto x, auto f) {
    for (int i = 1; i < x.size(); i += 2) {
      f(i) = 10 * (x(i + 1) - square(x(i)));
      f(i + 1) = 1 - x(i);
    }
  });

  all.add(22, "Extended Powell singular", 12, repeat(12, {3, -1, 0, 1}), {0}, [](auto x, auto f) {
    for (int i = 1; i < x.size(); i += 4) {
      f(i) = x(i) + 10 * x(i + 1);
      f(i + 1) = std::sqrt(5.0) * (x(i + 2) - x(i + 3));
      f(i + 2) = square(x(i + 1) - 2 * x(i + 2));
      f(i + 3) = std::sqrt(10.0) * square(x(i) - x(i + 3));
    }
  });
  all.note("The Hessian is singular at the minimizer 0.");

  add_penalty_1(all, 4, 2.249977500899937e-5);
  add_penalty_1(all, 10, 7.087651467090369e-5);
  add_penalty_2(all, 4, 9.376293007355442e-6);
  add_penalty_2(all, 10, 2.9366053745674594e-4);

  all.add(25, "Variably dimensioned", 12, sequence(10, [](int j) { return 1 - j / 10.0; }), {0},
          []<class T>(OneBased<const T> x, OneBased<T> f) {
            const int n = x.size();
            T sum = 0;
            for (int j = 1; j <= n; ++j) {
              f(j) = x(j) - 1;
              sum += j * (x(j) - 1);
            }
            f(n + 1) = sum;
            f(n + 2) = square(sum);
          });

  all.add(26, "Trigonometric", 10, constant(10, 0.1), {0, 2.7950561218794563e-5},
          []<class T>(OneBased<const T> x, OneBased<T> f) {
            const int n = x.size();
            T cosines = 0;
            for (int j = 1; j <= n; ++j) cosines += cos(x(j));
            for (int i = 1; i <= n; ++i) f(i) = n - cosines + i * (1 - cos(x(i))) - sin(x(i));
          });

  all.add(27, "Brown almost-linear", 10, constant(10, 0.5), {0, 1},
          []<class T>(OneBased<const T> x, OneBased<T> f) {
            const int n = x.size();
            T sum = 0, product = 1;
            for (int j = 1; j <= n; ++j) {
              sum += x(j);
              product *= x(j);
            }
            for (int i = 1; i < n; ++i) f(i) = x(i) + sum - (n + 1);
            f(n) = product - 1;
          });

  all.add(28, "Discrete boundary value", 10, sequence(10, [](int j) { return parabola(j, 10); }), {0},
          [](auto x, auto f) {
            const int n = x.size();
            const double h = 1 / (n + 1.0);
            for (int i = 1; i <= n; ++i)
              f(i) = 2 * x(i) - padded(x, i - 1) - padded(x, i + 1) + h * h * cube(x(i) + i * h + 1) / 2;
          });

  all.add(29, "Discrete integral equation", 10, sequence(10, [](int j) { return parabola(j, 10); }), {0},
          []<class T>(OneBased<const T> x, OneBased<T> f) {
            const int n = x.size();
            const double h = 1 / (n + 1.0);
            for (int i = 1; i <= n; ++i) {
              T left = 0, right = 0;
              for (int j = 1; j <= i; ++j) left += j * h * cube(x(j) + j * h + 1);
              for (int j = i + 1; j <= n; ++j) right += (1 - j * h) * cube(x(j) + j * h + 1);
              f(i) = x(i) + h * ((1 - i * h) * left + i * h * right) / 2;
            }
          });

  all.add(30, "Broyden tridiagonal", 10, constant(10, -1), {0}, [](auto x, auto f) {
    for (int i = 1; i <= x.size(); ++i)
      f(i) = (3 - 2 * x(i)) * x(i) - padded(x, i - 1) - 2 * padded(x, i + 1) + 1;
  });

  all.add(31, "Broyden banded", 10, constant(10, -1), {0}, []<class T>(OneBased<const T> x, OneBased<T> f) {
    const int n = x.size();
    for (int i = 1; i <= n; ++i) {
      T band = 0;
      for (int j = std::max(1, i - 5); j <= std::min(n, i + 1); ++j)
        if (j != i) band += x(j) * (1 + x(j));
      f(i) = x(i) * (2 + 5 * square(x(i))) + 1 - band;
    }
  });

  // The minima of the linear functions, by the paper: m − n, m(m − 1)/(2(2m + 1)), (m² + 3m − 6)/(2(2m − 3)).
  all.add(32, "Linear, full rank", 20, constant(10, 1), {10},
          []<class T>(OneBased<const T> x, OneBased<T> f) {
            const int n = x.size(), m = f.size();
            T sum = 0;
            for (int j = 1; j <= n; ++j) sum += x(j);
            for (int i = 1; i <= m; ++i) f(i) = padded(x, i) - 2.0 / m * sum - 1;
          });

  all.add(33, "Linear, rank 1", 20, constant(10, 1), {20 * 19 / 82.0},
          []<class T>(OneBased<const T> x, OneBased<T> f) {
            T sum = 0;
            for (int j = 1; j <= x.size(); ++j) sum += j * x(j);
            for (int i = 1; i <= f.size(); ++i) f(i) = i * sum - 1;
          });

  all.add(34, "Linear, rank 1 with zero columns and rows", 20, constant(10, 1), {454 / 74.0},
          []<class T>(OneBased<const T> x, OneBased<T> f) {
            const int m = f.size();
            T sum = 0;
            for (int j = 2; j < x.size(); ++j) sum += j * x(j);
            f(1) = -1;
            for (int i = 2; i < m; ++i) f(i) = (i - 1) * sum - 1;
            f(m) = -1;
          });

  add_chebyquad(all, 8, {0.0035168737256779316});
  add_chebyquad(all, 7, {0});
  add_chebyquad(all, 9, {0});
  add_chebyquad(all, 10, {0.004772713696375349, 0.006503954800882306});
  all.note("The paper gives the local minimum.");
}

}  // namespace gradus
