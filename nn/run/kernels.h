#pragma once
#include <array>
#include <cstddef>

#include "base/vector.h"
#include "nn/graph/op.h"
#include "nn/run/narrow_products.h"

/// The inner loops over contiguous memory, each compiled for several processors; kernels<Scalar>() is the table for this one.
namespace gradus {

inline constexpr std::size_t unary_functions = static_cast<std::size_t>(op::UnaryFunction::normal_cdf) + 1;
inline constexpr std::size_t binary_functions = static_cast<std::size_t>(op::BinaryFunction::not_equal) + 1;

template <class Scalar>
struct Kernels {
  /// y[i] = f(a[i], b[i], c[i]; parameter) for i < n; y may be one of the operands. What f does not need may be null.
  using Elementwise = void (*)(Index n, const Scalar* a, const Scalar* b, const Scalar* c, Scalar* y,
                               Scalar parameter);

  std::array<Elementwise, unary_functions> unary;
  std::array<Elementwise, binary_functions> binary;
  Elementwise select;
  Elementwise copy;

  /// y[r] from the rows x[r, 0 … n), r < rows. Sums accumulate in double.
  using RowReduction = void (*)(Index rows, Index n, const Scalar* x, Scalar* y);
  RowReduction sum_rows, max_rows, log_sum_exp_rows;
  /// y[j] from the columns x[0 … rows, j], j < n; rows are `stride` apart.
  using ColumnReduction = void (*)(Index rows, Index n, Index stride, const Scalar* x, Scalar* y);
  ColumnReduction sum_columns, max_columns, log_sum_exp_columns;

  FewColumns<Scalar> few_columns;
  FewRows<Scalar> few_rows;

  const char* processor;  ///< what they are compiled for
};

template <class Scalar>
const Kernels<Scalar>& kernels();

}  // namespace gradus
