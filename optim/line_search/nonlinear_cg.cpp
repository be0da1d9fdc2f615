#include "optim/line_search/nonlinear_cg.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/threads.h"
#include "optim/vector_math.h"

namespace gradus {

void NonlinearCgOptions::visit(OptionVisitor& o) {
  static constexpr std::string_view betas[] = {"polak-ribiere", "hager-zhang"};
  o.choice("beta", beta, betas);
  line_search.visit(o);
}

template <class Scalar>
NonlinearCg<Scalar>::NonlinearCg(NonlinearCgOptions options)
    : LineSearchMethod<Scalar>("nonlinear-cg", checked("nonlinear-cg", options).line_search),
      options_(options) {}

template <class Scalar>
void NonlinearCg<Scalar>::begin(const Layout& layout) {
  y_.assign(static_cast<std::size_t>(layout.size()), 0);
  beta_ = 0;
}

template <class Scalar>
double NonlinearCg<Scalar>::direction(const Point& at, Ref d, StepReport&) {
  const auto turn = [&](Scalar beta) {
    parallel_for(std::ssize(d), 4096, [&](Index begin, Index end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
        d[i] = beta * d[i] - at.g[i];
    });
    return dot(at.g, View(d));
  };
  double slope = turn(static_cast<Scalar>(beta_));
  if (!(slope < 0)) slope = turn(0);
  return at.first_alpha(slope);
}

template <class Scalar>
void NonlinearCg<Scalar>::moved(const Move& m) {
  std::ranges::transform(m.next_g, m.g, y_.begin(), std::minus());
  const double y_next = dot(View(y_), m.next_g);
  if (options_.beta == NonlinearCgOptions::Beta::polak_ribiere) {
    beta_ = std::max(y_next / dot(m.g, m.g), 0.0);
  } else {
    const double d_y = dot(m.d, View(y_)), y_y = dot(View(y_), View(y_));
    const double eta = -1 / (norm(m.d) * std::min(0.01, norm(m.g)));
    beta_ = std::max((y_next - 2 * y_y / d_y * dot(m.d, m.next_g)) / d_y, eta);
  }
  if (!std::isfinite(beta_)) beta_ = 0;
}

template class NonlinearCg<float>;
template class NonlinearCg<double>;

}  // namespace gradus
