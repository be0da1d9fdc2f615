#include "optim/quasi_newton/initial_matrix.h"

#include <algorithm>
#include <cmath>

#include "base/threads.h"
#include "optim/sum.h"

namespace gradus {
namespace {

template <class Term>
double sum(Index n, const Term& term) {
  return parallel_sum<double>(n, 4096,
                              [&](Index begin, Index end) { return sum_on_this_thread(begin, end, term); });
}

template <class Scalar>
double squared_over(Scalar a, Scalar b) {
  return static_cast<double>(a) * static_cast<double>(a) / static_cast<double>(b);
}

}  // namespace

template <class Scalar>
void InitialMatrix<Scalar>::reset(Index n, Initial kind) {
  diagonal_.assign(kind == Initial::diagonal ? static_cast<std::size_t>(n) : 0, 1);
  gamma_ = 1;
}

template <class Scalar>
void InitialMatrix<Scalar>::clear() {
  gamma_ = 1;
  std::ranges::fill(diagonal_, Scalar(1));
}

template <class Scalar>
void InitialMatrix<Scalar>::learn(View s, View y, double s_y, double y_y) {
  if (diagonal_.empty()) {
    gamma_ = s_y / y_y;
    return;
  }
  Vector<Scalar>& D = diagonal_;
  const Index n = std::ssize(s);
  const double y_Dy = sum(n, [&](std::size_t i) {
    return static_cast<double>(D[i]) * static_cast<double>(y[i]) * static_cast<double>(y[i]);
  });
  const double scale = s_y / y_Dy;
  const double s_s =
      sum(n, [&](std::size_t i) { return squared_over(s[i], D[i]); }) / scale;  // sᵀ(scale D)⁻¹s
  if (!std::isfinite(scale) || !(scale > 0) || !std::isfinite(s_s)) return;
  parallel_for_each(n, [&](std::size_t i) {
    const double inverse = 1 / (scale * static_cast<double>(D[i])), si = static_cast<double>(s[i]) * inverse;
    const double yi = static_cast<double>(y[i]);
    const auto corrected = static_cast<Scalar>(1 / (inverse + yi * yi / s_y - si * si / s_s));
    if (std::isfinite(corrected) && corrected > 0) D[i] = corrected;
  });
}

template class InitialMatrix<float>;
template class InitialMatrix<double>;

}  // namespace gradus
