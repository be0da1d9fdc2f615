#include "optim/second_order/finite_difference_curvature.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/threads.h"
#include "optim/vector_math.h"

namespace gradus {

template <class Scalar>
void FiniteDifferenceCurvature<Scalar>::reset(Index n) {
  beside_.assign(static_cast<std::size_t>(n), 0);
  gradient_ = beside_;
}

template <class Scalar>
Curvature<Scalar>& FiniteDifferenceCurvature<Scalar>::at(Objective<Scalar>& objective, View theta) {
  objective_ = &objective;
  theta_ = theta;
  return *this;
}

template <class Scalar>
void FiniteDifferenceCurvature<Scalar>::apply(View v, Ref out) {
  const double length = norm(v);
  if (length == 0) {
    std::fill(out.begin(), out.end(), Scalar(0));
    return;
  }
  const double u = std::numeric_limits<Scalar>::epsilon() / 2;
  const auto epsilon = static_cast<Scalar>(std::cbrt(u) * (1 + norm(theta_)) / length);
  const auto gradient_at = [&](Scalar step, Ref gradient) {
    std::copy(theta_.begin(), theta_.end(), beside_.begin());
    axpy(step, v, beside_);
    objective_->gradient(beside_, gradient);
  };
  gradient_at(epsilon, gradient_);
  gradient_at(-epsilon, out);
  parallel_for(std::ssize(out), 4096, [&](Index begin, Index end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
      out[i] = (gradient_[i] - out[i]) / (2 * epsilon);
  });
}

template class FiniteDifferenceCurvature<float>;
template class FiniteDifferenceCurvature<double>;

}  // namespace gradus
