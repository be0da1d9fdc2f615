#include "optim/objective.h"

#include <fmt/format.h>

namespace gradus {

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
std::string Objective<Scalar>::element_name(Index i) const {
  return fmt::format("θ[{}]", i);
}

template class Objective<float>;
template class Objective<double>;

}  // namespace gradus
