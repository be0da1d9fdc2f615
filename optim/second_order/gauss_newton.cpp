#include "optim/second_order/gauss_newton.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gradus {

void GaussNewtonOptions::visit(OptionVisitor& o) {
  o.number("min_shift", min_shift, above(0));
  o.integer("dense_limit", dense_limit, at_least(0));
  o.integer("cg_iterations", cg_iterations, at_least(1));
  line_search.visit(o);
}

template <class Scalar>
GaussNewton<Scalar>::GaussNewton(GaussNewtonOptions options)
    : LineSearchMethod<Scalar>("gauss-newton", checked("gauss-newton", options).line_search),
      options_(options) {}

template <class Scalar>
void GaussNewton<Scalar>::begin(const Layout& layout) {
  const Index n = layout.size();
  work_.assign(static_cast<std::size_t>(n), 0);
  if (n <= options_.dense_limit)
    matrix_.reset("gauss-newton", "dense_limit", n, options_.dense_limit);
  else
    scratch_.reset(n, options_.cg_iterations);
}

template <class Scalar>
double GaussNewton<Scalar>::direction(const Point& at, Ref d, StepReport& report) {
  Curvature<Scalar>& G = at.objective.gauss_newton(at.theta);
  const auto negative = [](Scalar g) { return -g; };
  if (std::ssize(d) > options_.dense_limit) {
    std::ranges::transform(at.g, work_.begin(), negative);
    std::ranges::fill(d, Scalar(0));
    const auto result = conjugate_gradient(G, work_, d, scratch_, {.max_iterations = options_.cg_iterations});
    report.evaluations.products += result.products;
    report.inner_iterations = result.iterations;
    if (result.status == ConjugateGradientStatus::non_finite && result.iterations == 0) {
      report.status = Status::non_finite;
      report.message = fmt::format(
          "The product of the Gauss–Newton matrix and the gradient is not finite (loss {}); θ is left as it "
          "was.",
          at.loss);
    }
    return 1;
  }

  const Index i = matrix_.form(G);
  report.evaluations.products += std::ssize(d);
  if (i >= 0) {
    report.status = Status::non_finite;
    report.message = fmt::format(
        "The Gauss–Newton matrix is not finite in the column of {} (loss {}); θ is left as it was.",
        at.objective.element_name(i), at.loss);
    return 0;
  }
  std::ranges::transform(matrix_.diagonal(), work_.begin(), [](Scalar x) { return x > 0 ? x : 1; });
  report.damping = matrix_.factorise_shifted(options_.min_shift, work_);
  std::ranges::transform(at.g, d.begin(), negative);
  if (std::isfinite(report.damping)) matrix_.solve(d);
  return 1;
}

template class GaussNewton<float>;
template class GaussNewton<double>;

}  // namespace gradus
