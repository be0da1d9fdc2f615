#include "optim/quasi_newton/lbfgs.h"

#include <algorithm>

namespace gradus {

void LbfgsOptions::visit(OptionVisitor& o) {
  o.integer("curvature_pairs", curvature_pairs, between(1, 1000));
  o.choice("initial", initial, initial_names);
  o.choice("bad_curvature", bad_curvature, bad_curvature_names);
  line_search.visit(o);
}

template <class Scalar>
Lbfgs<Scalar>::Lbfgs(LbfgsOptions options)
    : LineSearchMethod<Scalar>("lbfgs", checked("lbfgs", options).line_search), options_(options) {}

template <class Scalar>
double Lbfgs<Scalar>::direction(const Point& at, Ref d, StepReport&) {
  const double first = recursion_.count() == 0 ? std::min(1.0, 1 / at.gradient_norm) : 1;
  recursion_.direction(at.g, d);
  return first;
}

template <class Scalar>
void Lbfgs<Scalar>::moved(const Move& m) {
  const PairProducts pair = take_pair(m.theta, m.next_theta, m.g, m.next_g, m.alpha, options_.bad_curvature,
                                      recursion_.next_s(), recursion_.next_y());
  if (pair.usable) recursion_.push(pair.s_y, pair.y_y);
}

template class Lbfgs<float>;
template class Lbfgs<double>;

}  // namespace gradus
