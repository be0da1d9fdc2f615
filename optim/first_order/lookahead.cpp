#include "optim/first_order/lookahead.h"

#include <algorithm>

#include "base/threads.h"
#include "optim/first_order/inner.h"
#include "optim/registry.h"
#include "optim/vector_math.h"

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
    : options_(checked("lookahead", std::move(options))), inner_(not_null("lookahead", std::move(inner))) {}

template <class Scalar>
void Lookahead<Scalar>::reset(const Layout& layout) {
  inner_->reset(layout);
  t_ = 0;
  slow_.assign(static_cast<std::size_t>(layout.size()), 0);
  change_ = slow_;
}

template <class Scalar>
void Lookahead<Scalar>::visit(StateVisitor& visitor) {
  visitor.integer("t", t_);
  visitor.vector("phi", std::span(slow_));
  visit_inner(*inner_, visitor);
}

template <class Scalar>
StepReport Lookahead<Scalar>::step(Objective<Scalar>& objective, Ref theta) {
  check_size<Scalar>("lookahead", theta, slow_.size());
  const bool synchronizes = (t_ + 1) % options_.steps == 0;
  if (t_ == 0) std::ranges::copy(theta, slow_.begin());
  if (synchronizes) std::ranges::copy(theta, change_.begin());
  StepReport report = inner_->step(objective, theta);
  if (!stepped(report)) return report;
  ++t_;
  if (!synchronizes) return report;
  parallel_for(std::ssize(theta), 4096,
               [&, rate = static_cast<Scalar>(options_.rate)](Index begin, Index end) {
                 for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
                   slow_[i] = blend(rate, slow_[i], theta[i]);
                   change_[i] = slow_[i] - change_[i];
                   theta[i] = slow_[i];
                 }
               });
  report.step_norm = norm(std::span<const Scalar>(change_));
  return report;
}

template class Lookahead<float>;
template class Lookahead<double>;

}  // namespace gradus
