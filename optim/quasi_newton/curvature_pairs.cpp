#include "optim/quasi_newton/curvature_pairs.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/threads.h"
#include "optim/vector_math.h"

namespace gradus {
namespace {

// z_i ← f(x_i, y_i)
template <class Scalar, class F>
void each(std::span<const Scalar> x, std::span<const Scalar> y, std::span<Scalar> z, F f) {
  parallel_for(std::ssize(z), 4096, [&](Index begin, Index end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) z[i] = f(x[i], y[i]);
  });
}

template <class Scalar>
void subtract(std::span<const Scalar> x, std::span<const Scalar> y, std::span<Scalar> z) {
  each(x, y, z, [](Scalar a, Scalar b) { return a - b; });
}

}  // namespace

void CurvaturePairOptions::visit(OptionVisitor& o) {
  static constexpr std::string_view sources[] = {"batch", "overlap"}, ways[] = {"skip", "damp"};
  o.choice("pairs", pairs, sources);
  o.choice("bad_curvature", bad_curvature, ways);
}

template <class Scalar>
void CurvaturePairs<Scalar>::reset(Index n) {
  version_ = waiting_ = 0;
  alpha_ = 0;
  const auto kept = static_cast<std::size_t>(options_.pairs == PairsFrom::overlap ? n : 0);
  for (Vector<Scalar>* vector : {&theta_, &g_}) vector->assign(kept, 0);
}

template <class Scalar>
PairProducts CurvaturePairs<Scalar>::step_begins(Objective<Scalar>& objective, View theta, bool first, Ref scratch,
                                                 Ref s, Ref y, Evaluations& evaluations) {
  const auto version = static_cast<std::int64_t>(objective.version());
  const bool other_batch = version != version_;
  version_ = version;
  if (!waiting()) return {};
  waiting_ = 0;
  if (Objective<Scalar>* const overlap = other_batch ? objective.overlap() : nullptr) {
    overlap->gradient(theta_, scratch);
    overlap->gradient(theta, y);
    evaluations.gradients += 2;
    subtract<Scalar>(y, scratch, y);
    subtract<Scalar>(theta, theta_, s);
  }
  return examine(g_, alpha_, first, s, y);
}

template <class Scalar>
PairProducts CurvaturePairs<Scalar>::step_ended(const Step& step, bool first, Ref s, Ref y) {
  subtract(step.next_theta, step.theta, s);
  subtract(step.next_g, step.g, y);
  if (options_.pairs == PairsFrom::batch) return examine(step.g, step.alpha, first, s, y);
  std::ranges::copy(step.theta, theta_.begin());
  std::ranges::copy(step.g, g_.begin());
  alpha_ = step.alpha;
  waiting_ = 1;
  return {};
}

template <class Scalar>
PairProducts CurvaturePairs<Scalar>::examine(View g, double alpha, bool first, View s, Ref y) const {
  PairProducts pair{dot(s, View(y)), dot(View(y), View(y))};
  if (options_.bad_curvature == BadCurvature::damp && !(first && pair.s_y > 0)) {
    const double s_Bs = -alpha * dot(g, s);  // s = −α H g
    if (pair.s_y < 0.2 * s_Bs) {
      const double phi = 0.8 * s_Bs / (s_Bs - pair.s_y);
      const auto of_y = static_cast<Scalar>(phi), of_g = static_cast<Scalar>(-alpha * (1 - phi));
      each<Scalar>(y, g, y, [=](Scalar a, Scalar b) { return of_y * a + of_g * b; });
      pair = {dot(s, View(y)), dot(View(y), View(y))};
    }
  }
  pair.usable = std::isnormal(pair.s_y) && std::isnormal(pair.y_y) && std::isnormal(pair.gamma()) &&
                pair.s_y > std::numeric_limits<Scalar>::epsilon() * norm(s) * std::sqrt(pair.y_y);
  return pair;
}

template <class Scalar>
void CurvaturePairs<Scalar>::visit(StateVisitor& visitor) {
  if (options_.pairs == PairsFrom::batch) return;
  visitor.integer("version", version_);
  visitor.integer("waiting pair", waiting_);
  visitor.scalar("waiting alpha", alpha_);
  visitor.vector("waiting theta", std::span(theta_));
  visitor.vector("waiting g", std::span(g_));
}

template class CurvaturePairs<float>;
template class CurvaturePairs<double>;

}  // namespace gradus
