#include "optim/first_order/sgd.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "optim/vector_math.h"

namespace gradus {
namespace {

// A θ that is finite stays finite where no element moves by more than half of the largest number's last
// place.
template <class Scalar>
const double surely_finite = std::ldexp(1.0, std::numeric_limits<Scalar>::max_exponent -
                                                 std::numeric_limits<Scalar>::digits - 1);

template <class Scalar>
Index first_overflow(Scalar eta, std::span<const Scalar> g, std::span<const Scalar> theta) {
  for (std::size_t i = 0; i < g.size(); ++i)
    if (!std::isfinite(theta[i] - eta * g[i])) return static_cast<Index>(i);
  return -1;
}

// A NaN without its sign, which means nothing.
double shown(double x) { return std::isnan(x) ? std::numeric_limits<double>::quiet_NaN() : x; }

}  // namespace

template <class Scalar>
Sgd<Scalar>::Sgd(SgdOptions options) : eta_(static_cast<Scalar>(options.learning_rate)) {
  if (!(eta_ > 0) || !std::isfinite(eta_))
    throw Error(fmt::format("[SGD] the learning rate must be a positive, finite {}, not {}.",
                            sizeof(Scalar) == 4 ? "float" : "double", options.learning_rate));
}

template <class Scalar>
void Sgd<Scalar>::reset(Index n) {
  g_.assign(static_cast<std::size_t>(n), 0);
}

template <class Scalar>
StepReport Sgd<Scalar>::step(Objective<Scalar>& objective, Ref theta) {
  if (theta.size() != g_.size())
    throw Error(
        fmt::format("[SGD] θ has {} elements, but reset was called for {}.", theta.size(), g_.size()));

  const std::span<const Scalar> g = g_;
  StepReport report;
  report.loss = static_cast<double>(objective.gradient(theta, g_));
  report.gradient_norm = norm(g);
  report.evaluations.gradients = 1;

  const auto refuse = [&](std::string message) {
    report.status = Status::non_finite;
    report.message = std::move(message);
    return report;
  };
  if (!std::isfinite(report.loss))
    return refuse(
        fmt::format("The loss is {}; θ is left as it was. A smaller learning rate than {} may help.",
                    shown(report.loss), eta_));
  if (!std::isfinite(report.gradient_norm)) {
    const Index i = first_non_finite(g);
    return refuse(
        i < 0 ? fmt::format("The gradient's norm overflows (loss {}); θ is left as it was.", report.loss)
              : fmt::format("The gradient of {} is {} (loss {}); θ is left as it was.",
                            objective.element_name(i),
                            shown(static_cast<double>(g[static_cast<std::size_t>(i)])), report.loss));
  }
  const double step_norm = static_cast<double>(eta_) * report.gradient_norm;
  if (!(step_norm < surely_finite<Scalar>))
    if (const Index i = first_overflow<Scalar>(eta_, g, theta); i >= 0)
      return refuse(fmt::format("The step overflows {} (learning rate {}, gradient {}); θ is left as it was.",
                                objective.element_name(i), eta_, g[static_cast<std::size_t>(i)]));

  axpy(-eta_, g, theta);
  report.step_norm = step_norm;
  return report;
}

template class Sgd<float>;
template class Sgd<double>;

}  // namespace gradus
