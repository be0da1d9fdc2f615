#include "optim/line_search/steepest_descent.h"

#include <algorithm>

namespace gradus {

void SteepestDescentOptions::visit(OptionVisitor& o) { line_search.visit(o); }

template <class Scalar>
SteepestDescent<Scalar>::SteepestDescent(SteepestDescentOptions options)
    : LineSearchMethod<Scalar>("steepest-descent", checked("steepest-descent", options).line_search) {}

template <class Scalar>
double SteepestDescent<Scalar>::direction(const Point& at, Ref d, StepReport&) {
  std::ranges::transform(at.g, d.begin(), [](Scalar g) { return -g; });
  return at.first_alpha(-at.gradient_norm * at.gradient_norm);
}

template class SteepestDescent<float>;
template class SteepestDescent<double>;

}  // namespace gradus
