#include "optim/second_order/dense_curvature.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/threads.h"
#include "optim/matrix_math.h"
#include "optim/vector_math.h"

namespace gradus {

template <class Scalar>
void DenseCurvature<Scalar>::reset(std::string_view who, std::string_view limit, Index n, Index most) {
  if (n > most)
    throw Error(fmt::format(
        "[{}] θ has {} elements, more than {} = {}; the matrix and its factor would take {:.3g} GB. Raise "
        "{}, or "
        "choose a method that forms no matrix, such as lbfgs or hessian-free.",
        who, n, limit, most, static_cast<double>(n) * static_cast<double>(n) * sizeof(Scalar) / 1e9, limit));
  n_ = n;
  panels_ = (n + width - 1) / width;
  const std::size_t last =
      panels_ == 0 ? 0
                   : offset(panels_ - 1) + static_cast<std::size_t>(rows(panels_ - 1) * columns(panels_ - 1));
  matrix_.assign(last, 0);
  factor_.assign(last, 0);
  const auto size = static_cast<std::size_t>(n), together = static_cast<std::size_t>(std::min(n, width));
  diagonal_.assign(size, 0);
  shifted_.assign(size, 0);
  directions_.assign(size * together, 0);
  products_.assign(size * together, 0);
  transposed_.assign(together * together, 0);
}

template <class Scalar>
Index DenseCurvature<Scalar>::form(Curvature<Scalar>& curvature) {
  std::fill(matrix_.begin(), matrix_.end(), Scalar(0));
  const auto add_half = [this](Index row, Index column, Scalar value) {
    const Index q = column / width;
    matrix_[offset(q) + static_cast<std::size_t>((row - q * width) * columns(q) + column - q * width)] +=
        value / 2;
  };
  for (Index q = 0; q < panels_; ++q) {
    const Index count = columns(q), first = q * width;
    const auto size = static_cast<std::size_t>(count * n_);
    const auto unit = [&](Scalar value) {
      for (Index i = 0; i < count; ++i) directions_[static_cast<std::size_t>(i * n_ + first + i)] = value;
    };
    unit(1);
    const Ref products = Ref(products_).first(size);
    curvature.apply_many(count, View(directions_).first(size), products);
    unit(0);
    if (const Index bad = first_non_finite(View(products)); bad >= 0) return first + bad / n_;
    for (Index i = 0; i < count; ++i) {
      const Index row = first + i;
      const Scalar* product = products.data() + i * n_;
      for (Index j = 0; j < row; ++j) add_half(row, j, product[j]);
      for (Index j = row; j < n_; ++j) add_half(j, row, product[j]);
      add_half(row, row, product[row]);
      diagonal_[static_cast<std::size_t>(row)] = product[row];
    }
  }
  return -1;
}

// L Lᵀ = A of a panel's first rows, of which only the lower triangle is read. A pivot must exceed the rounding of the element that it is left of.
template <class Scalar>
bool DenseCurvature<Scalar>::factorise_block(Scalar* panel, Index size, const Scalar* elements) {
  const double rounding = std::numeric_limits<Scalar>::epsilon() * std::sqrt(static_cast<double>(n_));
  for (Index i = 0; i < size; ++i) {
    Scalar* row = panel + i * size;
    for (Index j = 0; j <= i; ++j) {
      const Scalar* other = panel + j * size;
      double sum = static_cast<double>(row[j]);
      for (Index k = 0; k < j; ++k) sum -= static_cast<double>(row[k]) * static_cast<double>(other[k]);
      if (j < i)
        row[j] = static_cast<Scalar>(sum / static_cast<double>(other[j]));
      else if (sum > rounding * static_cast<double>(elements[i]))
        row[i] = static_cast<Scalar>(std::sqrt(sum));
      else
        return false;
    }
  }
  return true;
}

// X ← X L⁻ᵀ, X the rows below a panel's triangle L.
template <class Scalar>
void DenseCurvature<Scalar>::eliminate(Scalar* panel, Index size, Index below) {
  for (Index i = 0; i < size; ++i)
    for (Index j = 0; j <= i; ++j) transposed_[static_cast<std::size_t>(j * size + i)] = panel[i * size + j];
  parallel_for(below, 8, [&, lt = transposed_.data(), x = panel + size * size](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      Scalar* row = x + i * size;
      for (Index k = 0; k < size; ++k) {
        const Scalar value = row[k] /= lt[k * size + k];
        for (Index j = k + 1; j < size; ++j) row[j] -= value * lt[k * size + j];
      }
    }
  });
}

template <class Scalar>
bool DenseCurvature<Scalar>::factorise(double lambda, View D) {
  std::copy(matrix_.begin(), matrix_.end(), factor_.begin());
  for (Index q = 0; q < panels_; ++q)
    for (Index i = 0; i < columns(q); ++i) {
      const auto at = static_cast<std::size_t>(q * width + i);
      shifted_[at] = static_cast<Scalar>(static_cast<double>(diagonal_[at]) +
                                         lambda * (D.empty() ? 1 : static_cast<double>(D[at])));
      factor_[offset(q) + static_cast<std::size_t>(i * columns(q) + i)] = shifted_[at];
    }
  for (Index q = 0; q < panels_; ++q) {
    Scalar* panel = factor_.data() + offset(q);
    const Index size = columns(q), below = rows(q) - size;
    if (!factorise_block(panel, size, shifted_.data() + q * width)) return false;
    if (below == 0) break;
    eliminate(panel, size, below);
    for (Index p = q + 1; p < panels_; ++p) {
      const Scalar* from = panel + (p - q) * width * size;
      multiply(false, true, rows(p), columns(p), size, Scalar(-1), from, from, Scalar(1),
               factor_.data() + offset(p));
    }
  }
  return true;
}

template <class Scalar>
double DenseCurvature<Scalar>::factorise_shifted(double beta, View D) {
  if (n_ == 0) return 0;
  const double least = static_cast<double>(*std::min_element(diagonal_.begin(), diagonal_.end()));
  double tau = least > 0 ? 0 : beta - least;
  while (tau <= std::numeric_limits<Scalar>::max() && !factorise(tau, D)) tau = std::max(10 * tau, beta);
  return tau <= std::numeric_limits<Scalar>::max() ? tau : std::numeric_limits<double>::infinity();
}

template <class Scalar>
void DenseCurvature<Scalar>::solve(Ref x) const {
  for (Index q = 0; q < panels_; ++q) {
    const Index size = columns(q);
    Scalar* part = x.data() + q * width;
    for (Index i = 0; i < rows(q); ++i) {
      const Scalar* row = factor_.data() + offset(q) + static_cast<std::size_t>(i * size);
      double sum = static_cast<double>(part[i]);
      for (Index j = 0; j < std::min(i, size); ++j)
        sum -= static_cast<double>(row[j]) * static_cast<double>(part[j]);
      part[i] = static_cast<Scalar>(i < size ? sum / static_cast<double>(row[i]) : sum);
    }
  }
  for (Index q = panels_ - 1; q >= 0; --q) {
    const Index size = columns(q);
    Scalar* part = x.data() + q * width;
    for (Index i = rows(q) - 1; i >= 0; --i) {
      const Scalar* row = factor_.data() + offset(q) + static_cast<std::size_t>(i * size);
      if (i < size) part[i] /= row[i];
      for (Index j = 0; j < std::min(i, size); ++j) part[j] -= row[j] * part[i];
    }
  }
}

template class DenseCurvature<float>;
template class DenseCurvature<double>;

}  // namespace gradus
