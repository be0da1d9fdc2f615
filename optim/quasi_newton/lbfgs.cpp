#include "optim/quasi_newton/lbfgs.h"

#include <algorithm>

namespace gradus {
namespace {

constexpr std::string_view pairs_names[] = {"batch", "overlap"};

}

void LbfgsOptions::visit(OptionVisitor& o) {
  o.integer("curvature_pairs", curvature_pairs, between(1, 1000));
  o.choice("initial", initial, initial_names);
  o.choice("pairs", pairs, pairs_names);
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
  std::span<const Scalar> g = m.g, next_g = m.next_g;
  if (Objective<Scalar>* const shared = pairs_objective(m.objective)) {
    shared->gradient(m.theta, g_);
    shared->gradient(m.next_theta, next_g_);
    m.evaluations.gradients += 2;
    g = g_;
    next_g = next_g_;
  }
  const PairProducts pair = take_pair(m.theta, m.next_theta, g, next_g, m.alpha, m.g, options_.bad_curvature,
                                      recursion_.next_s(), recursion_.next_y());
  if (pair.usable) recursion_.push(pair.s_y, pair.y_y);
}

template <class Scalar>
Objective<Scalar>* Lbfgs<Scalar>::pairs_objective(Objective<Scalar>& objective) const {
  return options_.pairs == LbfgsOptions::Pairs::overlap ? objective.overlap().objective : nullptr;
}

template <class Scalar>
void Lbfgs<Scalar>::begin(const Layout& layout) {
  recursion_.reset(layout.size(), options_.curvature_pairs, options_.initial);
  const bool overlap = options_.pairs == LbfgsOptions::Pairs::overlap;
  for (Vector<Scalar>* g : {&g_, &next_g_})
    g->assign(overlap ? static_cast<std::size_t>(layout.size()) : 0, 0);
}

template class Lbfgs<float>;
template class Lbfgs<double>;

}  // namespace gradus
