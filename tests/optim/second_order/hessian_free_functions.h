#pragma once
#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include "optim/objective.h"

namespace gradus::test {

/// A function with whatever curvature a test gives it, which keeps where it was asked for what.
class Scripted : public Objective<double> {
 public:
  using typename Objective<double>::View;
  using typename Objective<double>::Ref;

  explicit Scripted(Index n) : n_(n) {}
  Scripted(const Scripted&) = delete;
  std::function<double(View theta)> f;
  std::function<void(View theta, Ref g)> gradient_of_f;
  std::function<void(View theta, View v, Ref out)> product;
  std::function<double(View theta)> f_of_curvature;
  double share = 1;
  std::vector<std::vector<double>> values, curvature_values, directions;

  Index size() const override { return n_; }
  double value(View theta) override {
    values.emplace_back(theta.begin(), theta.end());
    return f(theta);
  }
  double gradient(View theta, Ref out) override {
    gradient_of_f(theta, out);
    return value(theta);
  }
  Curvature<double>& gauss_newton(View theta) override {
    curvature_.theta = theta;
    return curvature_;
  }
  Curvature<double>& hessian(View theta) override { return gauss_newton(theta); }

 private:
  struct Product : Curvature<double> {
    explicit Product(Scripted& s) : scripted(s) {}
    void apply(View v, Ref out) override {
      scripted.directions.emplace_back(v.begin(), v.end());
      scripted.product(theta, v, out);
    }
    double value(View at) override {
      scripted.curvature_values.emplace_back(at.begin(), at.end());
      return scripted.f_of_curvature(at);
    }
    double share() const override { return scripted.share; }
    Scripted& scripted;
    View theta;
  };
  Index n_;
  Product curvature_{*this};
};

/// ½ Σ hᵢ θᵢ² + s Σ θᵢ⁴, whose curvature is given as diag(h): for s > 0 too small, so that its model promises too much. h
/// goes from 1 to 100.
inline std::unique_ptr<Scripted> quartic(Index n, double s) {
  auto q = std::make_unique<Scripted>(n);
  std::vector<double> h(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < h.size(); ++i)
    h[i] = std::pow(100, static_cast<double>(i) / static_cast<double>(n));
  q->f = [h, s](auto theta) {
    double f = 0;
    for (std::size_t i = 0; i < h.size(); ++i)
      f += h[i] / 2 * theta[i] * theta[i] + s * std::pow(theta[i], 4);
    return f;
  };
  q->f_of_curvature = q->f;
  q->gradient_of_f = [h, s](auto theta, auto g) {
    for (std::size_t i = 0; i < h.size(); ++i) g[i] = h[i] * theta[i] + 4 * s * std::pow(theta[i], 3);
  };
  q->product = [h](auto, auto v, auto out) {
    for (std::size_t i = 0; i < h.size(); ++i) out[i] = h[i] * v[i];
  };
  return q;
}

}  // namespace gradus::test
