#include "optim/first_order/averaged.h"

#include <algorithm>
#include <cmath>

#include "optim/first_order/inner.h"
#include "optim/first_order/pass.h"
#include "optim/registry.h"

namespace gradus {

void AveragedOptions::visit(OptionVisitor& o) {
  o.method("inner", inner);
  o.number("decay", decay, share);
}

template <class Scalar>
Averaged<Scalar>::Averaged(AveragedOptions options)
    : Averaged(make_optimizer_from<Scalar>(options.inner), options) {}

template <class Scalar>
Averaged<Scalar>::Averaged(std::unique_ptr<Optimizer<Scalar>> inner, AveragedOptions options)
    : options_(checked<Scalar>("averaged", std::move(options))),
      inner_(not_null("averaged", std::move(inner))) {}

template <class Scalar>
void Averaged<Scalar>::reset(const Layout& layout) {
  inner_->reset(layout);
  t_ = 0;
  iterate_.assign(static_cast<std::size_t>(layout.size()), 0);
}

template <class Scalar>
void Averaged<Scalar>::visit(StateVisitor& visitor) {
  visitor.integer("t", t_);
  visitor.vector("iterate", std::span(iterate_));
  visit_inner(*inner_, visitor);
}

template <class Scalar>
StepReport Averaged<Scalar>::step(Objective<Scalar>& objective, Ref theta) {
  check_size("averaged", theta.size(), iterate_.size());
  if (t_ == 0) std::ranges::copy(theta, iterate_.begin());
  StepReport report = inner_->step(objective, iterate_);
  report.step_norm = 0;
  if (!stepped(report)) return report;
  const auto t = static_cast<double>(++t_);
  const double c = options_.decay == 0 ? 1 / t : (1 - options_.decay) / (1 - std::pow(options_.decay, t));
  const Change change = pass<Scalar>(
      iterate_, theta, {},
      [c = static_cast<Scalar>(c)](Scalar iterate, Scalar& mean) { mean = blend(c, mean, iterate); });
  report.step_norm = change.length;
  return report;
}

template class Averaged<float>;
template class Averaged<double>;

}  // namespace gradus
