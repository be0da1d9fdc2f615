#include "optim/first_order/lookahead.h"

#include <algorithm>

#include "optim/first_order/inner.h"
#include "optim/first_order/pass.h"
#include "optim/registry.h"

namespace gradus {

void LookaheadOptions::visit(OptionVisitor& o) {
  o.method("inner", inner);
  o.integer("steps", steps, at_least(1));
  o.number("rate", rate, {0, 1, false, true});
}

template <class Scalar>
Lookahead<Scalar>::Lookahead(LookaheadOptions options)
    : Lookahead(make_optimizer_from<Scalar>(options.inner), options) {}

template <class Scalar>
Lookahead<Scalar>::Lookahead(std::unique_ptr<Optimizer<Scalar>> inner, LookaheadOptions options)
    : options_(checked<Scalar>("lookahead", std::move(options))),
      inner_(not_null("lookahead", std::move(inner))) {}

template <class Scalar>
void Lookahead<Scalar>::reset(const Layout& layout) {
  inner_->reset(layout);
  t_ = 0;
  slow_.assign(static_cast<std::size_t>(layout.size()), 0);
  before_ = slow_;
}

template <class Scalar>
void Lookahead<Scalar>::visit(StateVisitor& visitor) {
  visitor.integer("t", t_);
  visitor.vector("phi", std::span(slow_));
  visit_inner(*inner_, visitor);
}

template <class Scalar>
StepReport Lookahead<Scalar>::step(Objective<Scalar>& objective, Ref theta) {
  check_size("lookahead", theta.size(), slow_.size());
  const bool synchronizes = (t_ + 1) % options_.steps == 0;
  if (t_ == 0) std::ranges::copy(theta, slow_.begin());
  if (synchronizes) std::ranges::copy(theta, before_.begin());
  StepReport report = inner_->step(objective, theta);
  if (!stepped(report)) return report;
  ++t_;
  if (!synchronizes) return report;
  const Change change = pass<Scalar>(
      theta, before_, {},
      [rate = static_cast<Scalar>(options_.rate)](Scalar fast, Scalar& to, Scalar& slow) {
        to = slow = blend(rate, slow, fast);
      },
      slow_);
  std::ranges::copy(before_, theta.begin());
  report.step_norm = change.length;
  return report;
}

template class Lookahead<float>;
template class Lookahead<double>;

}  // namespace gradus
