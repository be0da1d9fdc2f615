#include "optim/objective.h"

#include <fmt/format.h>

namespace gradus {

template <class Scalar>
void Curvature<Scalar>::apply_many(Index count, View v, Ref out) {
  const std::size_t n = count == 0 ? 0 : v.size() / static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    apply(v.subspan(i * n, n), out.subspan(i * n, n));
}

template <class Scalar>
Curvature<Scalar>& Objective<Scalar>::hessian(View) {
  throw Unsupported(
      "[hessian] the method needs Hessian products, but this objective offers none. "
      "Override Objective::hessian, or choose a method that needs only gradients.");
}

template <class Scalar>
Curvature<Scalar>& Objective<Scalar>::gauss_newton(View) {
  throw Unsupported(
      "[gauss_newton] the method needs Gauss–Newton products, but this objective offers none. "
      "Override Objective::gauss_newton, or choose a method that needs only gradients.");
}

template <class Scalar>
void Objective<Scalar>::empirical_fisher_diagonal(View, Ref) {
  throw Unsupported(
      "[empirical_fisher_diagonal] the method needs the squared gradients of single cases, but this "
      "objective offers none. "
      "Override Objective::empirical_fisher_diagonal, or choose a method or options without them.");
}

template <class Scalar>
std::string Objective<Scalar>::element_name(Index i) const {
  return fmt::format("θ[{}]", i);
}

template class Curvature<float>;
template class Curvature<double>;
template class Objective<float>;
template class Objective<double>;

}  // namespace gradus
