#include "optim/quasi_newton/two_loop.h"

#include <algorithm>

#include "base/threads.h"
#include "optim/quasi_newton/two_loop_kernels.h"

namespace gradus {
namespace {

// The same parts of long vectors for every number of threads.
constexpr Index most_parts = 64, smallest_part = 4096;
Index part_size(Index n) { return std::max(smallest_part, (n / most_parts + 16) / 16 * 16); }

// totals[i] = Σ of the i-th number of each part, as add(begin, end, numbers) leaves them for elements begin … end − 1.
template <class Add>
void sum_parts(Index n, Vector<double>& sums, std::span<double> totals, Add add) {
  const Index part = part_size(n), numbers = std::ssize(totals);
  std::ranges::fill(sums, 0.0);
  parallel_for(n, part, [&](Index begin, Index end) {
    for (Index i = begin; i < end; i += part)
      add(i, std::min(i + part, end), sums.data() + i / part * numbers);
  });
  std::ranges::fill(totals, 0.0);
  for (Index p = 0; p * part < n; ++p)
    for (Index i = 0; i < numbers; ++i)
      totals[static_cast<std::size_t>(i)] += sums[static_cast<std::size_t>(p * numbers + i)];
}

}  // namespace

template <class Scalar>
void TwoLoopRecursion<Scalar>::reset(Index n, Index m, Initial initial) {
  n_ = n;
  places_ = m + 1;
  const auto room = static_cast<std::size_t>(places_);
  block_.assign(2 * room * static_cast<std::size_t>(n), 0);
  s_y_.assign(room * room, 0);
  initial_.reset(n, initial);
  for (Vector<const Scalar*>* rows : {&s_rows_, &y_rows_}) rows->assign(room, nullptr);
  s_g_.assign(2 * room, 0);
  for (Vector<double>* numbers : {&alpha_, &y_r_, &c_}) numbers->assign(room, 0);
  sums_.assign((most_parts + 1) * 2 * room, 0);
  count_ = next_ = new_ = 0;
}

template <class Scalar>
void TwoLoopRecursion<Scalar>::clear() {
  count_ = next_ = new_ = 0;
  initial_.clear();
}

template <class Scalar>
void TwoLoopRecursion<Scalar>::push(double s_y, double y_y) {
  initial_.learn(s(next_), y(next_), s_y, y_y);
  next_ = (next_ + 1) % places_;
  count_ = std::min(count_ + 1, places_ - 1);
  new_ = 1;
}

// s_iᵀg, and s_iᵀy of the newest y.
template <class Scalar>
void TwoLoopRecursion<Scalar>::multiply_s(View g) {
  const Scalar* const new_y = new_ != 0 ? y_rows_[0] : nullptr;
  const auto numbers = static_cast<std::size_t>(new_ != 0 ? 2 * count_ : count_);
  sum_parts(n_, sums_, std::span(s_g_).first(numbers), [&](Index begin, Index end, double* sums) {
    multiply_rows(s_rows_.data(), count_, g.data(), new_y, begin, end, sums);
  });
  if (new_ != 0)
    for (Index i = 0; i < count_; ++i) s_y(i, 0) = s_g_[static_cast<std::size_t>(count_ + i)];
  new_ = 0;
}

// Newest first: α_i = s_iᵀ(g − Σ α_j y_j) / s_iᵀy_i, over the j that are newer.
template <class Scalar>
void TwoLoopRecursion<Scalar>::first_loop() {
  for (Index i = 0; i < count_; ++i) {
    double s_q = s_g_[static_cast<std::size_t>(i)];
    for (Index j = 0; j < i; ++j) s_q -= alpha_[static_cast<std::size_t>(j)] * s_y(i, j);
    alpha_[static_cast<std::size_t>(i)] = s_q / s_y(i, i);
  }
}

// r ← D (g − Σ α_i y_i), and y_iᵀr.
template <class Scalar>
void TwoLoopRecursion<Scalar>::multiply_y(View g, Ref r) {
  const View diagonal = initial_.diagonal();
  sum_parts(n_, sums_, std::span(y_r_).first(static_cast<std::size_t>(count_)),
            [&](Index begin, Index end, double* sums) {
              subtract_and_multiply_rows(y_rows_.data(), count_, alpha_.data(), g.data(), initial_.gamma(),
                                         diagonal.empty() ? nullptr : diagonal.data(), begin, end, r.data(),
                                         sums);
            });
}

// Oldest first: c_i = α_i − β_i, β_i = y_iᵀ(r + Σ c_j s_j) / s_iᵀy_i, over the j that are older.
template <class Scalar>
void TwoLoopRecursion<Scalar>::second_loop() {
  for (Index i = count_ - 1; i >= 0; --i) {
    double y_r = y_r_[static_cast<std::size_t>(i)];
    for (Index j = i + 1; j < count_; ++j) y_r += c_[static_cast<std::size_t>(j)] * s_y(j, i);
    c_[static_cast<std::size_t>(i)] = alpha_[static_cast<std::size_t>(i)] - y_r / s_y(i, i);
  }
}

template <class Scalar>
void TwoLoopRecursion<Scalar>::direction(View g, Ref d) {
  if (count_ == 0) {
    std::ranges::transform(g, d.begin(), [](Scalar x) { return -x; });
    return;
  }
  for (Index age = 0; age < count_; ++age) {
    s_rows_[static_cast<std::size_t>(age)] = s(place(age)).data();
    y_rows_[static_cast<std::size_t>(age)] = y(place(age)).data();
  }
  multiply_s(g);
  first_loop();
  multiply_y(g, d);
  second_loop();
  parallel_for(n_, smallest_part, [&](Index begin, Index end) {
    add_rows_and_negate(s_rows_.data(), count_, c_.data(), begin, end, d.data());
  });
}

template class TwoLoopRecursion<float>;
template class TwoLoopRecursion<double>;

}  // namespace gradus
