#include "optim/diagnostics/lanczos.h"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/threads.h"
#include "optim/diagnostics/product_trouble.h"
#include "optim/vector_math.h"

namespace gradus {
namespace {

template <class Scalar>
void divide(std::span<Scalar> v, double by) {
  parallel_for(std::ssize(v), 4096, [&](Index begin, Index end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
      v[i] = static_cast<Scalar>(static_cast<double>(v[i]) / by);
  });
}

template <class Scalar>
constexpr double nothing = 16 * static_cast<double>(std::numeric_limits<Scalar>::epsilon());

}  // namespace

std::vector<RitzValue> ritz_values(const Tridiagonal& t) {
  const std::size_t k = t.alpha.size();
  if (t.beta.size() != k)
    throw Error(fmt::format("[ritz_values] alpha has {} elements and beta {}; they must have as many.", k,
                            t.beta.size()));
  if (k == 0) return {};
  const double scale = std::max(max_norm(t.alpha), max_norm(t.beta));
  if (first_non_finite(t.alpha) >= 0 || first_non_finite(t.beta) >= 0)
    throw Error("[ritz_values] the tridiagonal matrix has an element that is not finite.");

  // Eigen's deflation wants elements of about 1.
  const double unit = scale > 0 ? scale : 1;
  const auto size = static_cast<Eigen::Index>(k);
  using Column = Eigen::VectorXd;
  const Column alpha = Eigen::Map<const Column>(t.alpha.data(), size) / unit;
  const Column beta = Eigen::Map<const Column>(t.beta.data(), size - 1) / unit;
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(alpha, beta);
  if (solver.info() != Eigen::Success)
    throw Error(
        fmt::format("[ritz_values] the QR iteration did not end on a tridiagonal matrix of {} rows.", k));

  std::vector<RitzValue> ritz(k);
  for (Eigen::Index i = 0; i < size; ++i) {
    const auto s = solver.eigenvectors().col(i);
    ritz[static_cast<std::size_t>(i)] = {solver.eigenvalues()(i) * unit,
                                         std::abs(t.beta.back() * s(size - 1)), s(0) * s(0)};
  }
  return ritz;
}

template <class Scalar>
Lanczos<Scalar>::Lanczos(Curvature<Scalar>& c, Index n) : c_(c), n_(n) {
  if (n < 0)
    throw Error(fmt::format("[Lanczos] n, the matrix's number of rows, must be at least 0, not {}.", n));
}

template <class Scalar>
void Lanczos<Scalar>::clear() {
  size_ = 0;
  open_ = false;
  scale_ = 0;
  t_ = {};
}

template <class Scalar>
Vector<Scalar>& Lanczos<Scalar>::next() {
  if (size_ == q_.size()) q_.emplace_back(static_cast<std::size_t>(n_));
  return q_[size_];
}

// Twice is enough (Parlett, §6.9).
template <class Scalar>
void Lanczos<Scalar>::project(std::span<Scalar> v) const {
  for (int pass = 0; pass < 2; ++pass)
    for (std::size_t j = 0; j < size_; ++j) axpy(static_cast<Scalar>(-dot(q_[j], v)), View(q_[j]), v);
}

template <class Scalar>
bool Lanczos<Scalar>::begin(View v) {
  if (std::ssize(v) != n_)
    throw Error(fmt::format("[Lanczos] the first vector has {} elements, the matrix {} rows.", v.size(), n_));
  t_ = {};
  open_ = false;
  const double length = norm(v);
  if (static_cast<Index>(size_) == n_ || !(length > 0) || !std::isfinite(length)) return false;
  Vector<Scalar>& q = next();
  std::copy(v.begin(), v.end(), q.begin());
  divide<Scalar>(q, length);
  project(q);
  const double rest = norm(View(q));
  if (rest <= nothing<Scalar>) return false;
  divide<Scalar>(q, rest);
  ++size_;
  return open_ = true;
}

template <class Scalar>
LanczosStep Lanczos<Scalar>::step() {
  if (!open_) throw Error("[Lanczos] there is nothing to extend; call begin, which must return true.");
  open_ = false;
  Vector<Scalar>& v = next();
  const View q = q_[size_ - 1];
  c_.apply(q, v);
  message_ = product_trouble(View(v), ++products_);
  if (!message_.empty()) return LanczosStep::non_finite;
  scale_ = std::max(scale_, norm(View(v)));
  t_.alpha.push_back(dot(q, View(v)));
  project(v);
  const double beta = norm(View(v));
  t_.beta.push_back(beta);
  if (static_cast<Index>(size_) == n_ || beta <= nothing<Scalar> * scale_) return LanczosStep::invariant;
  divide<Scalar>(v, beta);
  ++size_;
  open_ = true;
  return LanczosStep::extended;
}

template class Lanczos<float>;
template class Lanczos<double>;

}  // namespace gradus
