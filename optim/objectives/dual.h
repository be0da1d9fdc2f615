#pragma once
#include <cmath>

namespace gradus {

/// The value itself, of a plain number or a Dual: for choosing a branch.
inline double primal(double a) { return a; }

/// A number and its derivative: v + d ε with ε² = 0. What is computed from it carries the exact derivative along
/// ("forward mode"). Dual<Dual<double>> carries those in two directions, and the second derivative in both:
///
///     Dual<double> x(3, 1);                 // x = 3, dx/dx = 1
///     Dual<double> y = exp(x * x);          // y.v = e⁹, y.d = 6 e⁹
///
/// Plain numbers mix in as constants.
template <class T>
struct Dual {
  T v = 0;  ///< the value
  T d = 0;  ///< the derivative

  Dual() = default;
  Dual(double constant) : v(constant) {}  // NOLINT: a number is a constant
  Dual(T value, T derivative) : v(value), d(derivative) {}

  friend Dual operator-(const Dual& a) { return {-a.v, -a.d}; }
  friend Dual operator+(const Dual& a, const Dual& b) { return {a.v + b.v, a.d + b.d}; }
  friend Dual operator-(const Dual& a, const Dual& b) { return {a.v - b.v, a.d - b.d}; }
  friend Dual operator*(const Dual& a, const Dual& b) { return {a.v * b.v, a.d * b.v + a.v * b.d}; }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const T q = a.v / b.v;
    return {q, (a.d - q * b.d) / b.v};
  }
  friend Dual operator+(const Dual& a, double b) { return {a.v + b, a.d}; }
  friend Dual operator+(double a, const Dual& b) { return {a + b.v, b.d}; }
  friend Dual operator-(const Dual& a, double b) { return {a.v - b, a.d}; }
  friend Dual operator-(double a, const Dual& b) { return {a - b.v, -b.d}; }
  friend Dual operator*(const Dual& a, double b) { return {a.v * b, a.d * b}; }
  friend Dual operator*(double a, const Dual& b) { return {a * b.v, a * b.d}; }
  friend Dual operator/(const Dual& a, double b) { return {a.v / b, a.d / b}; }

  Dual& operator+=(const Dual& b) { return *this = *this + b; }
  Dual& operator-=(const Dual& b) { return *this = *this - b; }
  Dual& operator*=(const Dual& b) { return *this = *this * b; }

  friend Dual exp(const Dual& a) {
    using std::exp;
    const T e = exp(a.v);
    return {e, e * a.d};
  }
  friend Dual log(const Dual& a) {
    using std::log;
    return {log(a.v), a.d / a.v};
  }
  friend Dual sqrt(const Dual& a) {
    using std::sqrt;
    const T r = sqrt(a.v);
    return {r, a.d / (2 * r)};
  }
  friend Dual sin(const Dual& a) {
    using std::cos, std::sin;
    return {sin(a.v), cos(a.v) * a.d};
  }
  friend Dual cos(const Dual& a) {
    using std::cos, std::sin;
    return {cos(a.v), -sin(a.v) * a.d};
  }
  friend Dual atan(const Dual& a) {
    using std::atan;
    return {atan(a.v), a.d / (1 + a.v * a.v)};
  }
  friend Dual abs(const Dual& a) { return std::signbit(primal(a)) ? -a : a; }
  /// aᵇ for a ≥ 0; at a = 0 the limit for b above the order of the derivative, where aᵇ log a is 0.
  friend Dual pow(const Dual& a, const Dual& b) {
    using std::log, std::pow;
    const T p = pow(a.v, b.v);
    const T slope = b.v * pow(a.v, b.v - 1) * a.d;
    return {p, primal(a) == 0 ? slope : slope + p * log(a.v) * b.d};
  }

  friend double primal(const Dual& a) { return primal(a.v); }
};

}  // namespace gradus
