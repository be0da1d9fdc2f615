#include "optim/quasi_newton/curvature_pairs.h"

#include <cmath>
#include <limits>

#include "base/threads.h"
#include "optim/vector_math.h"

namespace gradus {

template <class Scalar>
PairProducts take_pair(std::span<const Scalar> theta, std::span<const Scalar> next_theta,
                       std::span<const Scalar> g, std::span<const Scalar> next_g, double alpha,
                       std::span<const Scalar> step_g, BadCurvature how, std::span<Scalar> s,
                       std::span<Scalar> y) {
  using View = std::span<const Scalar>;
  parallel_for_each(std::ssize(s), [&](std::size_t i) {
    s[i] = next_theta[i] - theta[i];
    y[i] = next_g[i] - g[i];
  });

  PairProducts pair{dot(View(s), View(y)), dot(View(y), View(y))};
  if (how == BadCurvature::damp) {
    const double s_Bs = -alpha * dot(step_g, View(s));
    if (pair.s_y < 0.2 * s_Bs) {
      const auto phi = static_cast<Scalar>(0.8 * s_Bs / (s_Bs - pair.s_y));
      const auto of_g = static_cast<Scalar>(-alpha) * (1 - phi);
      parallel_for_each(std::ssize(y), [&](std::size_t i) { y[i] = phi * y[i] + of_g * step_g[i]; });
      pair = {dot(View(s), View(y)), dot(View(y), View(y))};
    }
  }
  pair.usable = std::isfinite(pair.y_y) &&
                pair.s_y > std::numeric_limits<Scalar>::epsilon() * norm(View(s)) * std::sqrt(pair.y_y);
  return pair;
}

template PairProducts take_pair(std::span<const float>, std::span<const float>, std::span<const float>,
                                std::span<const float>, double, std::span<const float>, BadCurvature,
                                std::span<float>, std::span<float>);
template PairProducts take_pair(std::span<const double>, std::span<const double>, std::span<const double>,
                                std::span<const double>, double, std::span<const double>, BadCurvature,
                                std::span<double>, std::span<double>);

}  // namespace gradus
