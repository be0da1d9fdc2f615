#include "optim/first_order/sgd.h"

#include "optim/first_order/pass.h"

namespace gradus {

void SgdOptions::visit(OptionVisitor& o) {
  o.schedule("learning_rate", learning_rate, above(0));
  guards.visit(o);
}

template <class Scalar>
Sgd<Scalar>::Sgd(SgdOptions options)
    : FirstOrder<Scalar>("sgd", options.learning_rate, checked<Scalar>("sgd", options).guards) {}

template <class Scalar>
Change Sgd<Scalar>::update(const RuleStep<Scalar>& step) {
  const auto eta = static_cast<Scalar>(step.eta);
  return pass(step, [=](Scalar g, Scalar& theta) { theta -= eta * g; });
}

template class Sgd<float>;
template class Sgd<double>;

}  // namespace gradus
