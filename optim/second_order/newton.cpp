#include "optim/second_order/newton.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gradus {

void NewtonOptions::visit(OptionVisitor& o) {
  static constexpr std::string_view matrices[] = {"hessian", "gauss-newton"};
  o.choice("matrix", matrix, matrices);
  o.number("min_shift", min_shift, above(0));
  o.integer("max_parameters", max_parameters, at_least(0));
  line_search.visit(o);
}

template <class Scalar>
Newton<Scalar>::Newton(NewtonOptions options)
    : LineSearchMethod<Scalar>("newton", checked("newton", options).line_search), options_(options) {}

template <class Scalar>
void Newton<Scalar>::begin(const Layout& layout) {
  matrix_.reset("newton", "max_parameters", layout.size(), options_.max_parameters);
}

template <class Scalar>
double Newton<Scalar>::direction(const Point& at, Ref d, StepReport& report) {
  const bool hessian = options_.matrix == NewtonOptions::Matrix::hessian;
  Curvature<Scalar>& curvature =
      hessian ? at.objective.hessian(at.theta) : at.objective.gauss_newton(at.theta);
  const Index i = matrix_.form(curvature);
  report.evaluations.products += std::ssize(d);
  if (i >= 0) {
    report.status = Status::non_finite;
    report.message =
        fmt::format("The {} is not finite in the column of {} (loss {}); θ is left as it was.",
                    hessian ? "Hessian" : "Gauss–Newton matrix", at.objective.element_name(i), at.loss);
    return 0;
  }
  report.damping = matrix_.factorise_shifted(options_.min_shift);
  std::ranges::transform(at.g, d.begin(), [](Scalar g) { return -g; });
  if (std::isfinite(report.damping)) matrix_.solve(d);
  return 1;
}

template class Newton<float>;
template class Newton<double>;

}  // namespace gradus
