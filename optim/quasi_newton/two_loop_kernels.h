#pragma once
#include "base/vector.h"

/// The three passes of the two-loop recursion over its pairs, for elements begin … end − 1; `rows` are `count` vectors. Sums are in
/// double.
namespace gradus {

/// sums[i] += Σ row_i g; where there is a y, sums[count + i] += Σ row_i y.
void multiply_rows(const float* const* rows, Index count, const float* g, const float* y, Index begin,
                   Index end, double* sums);
void multiply_rows(const double* const* rows, Index count, const double* g, const double* y, Index begin,
                   Index end, double* sums);

/// r ← γ D (g − Σ_i alpha_i row_i), D a diagonal, I where there is none; sums[i] += Σ row_i r.
void subtract_and_multiply_rows(const float* const* rows, Index count, const double* alpha, const float* g,
                                double gamma, const float* diagonal, Index begin, Index end, float* r,
                                double* sums);
void subtract_and_multiply_rows(const double* const* rows, Index count, const double* alpha, const double* g,
                                double gamma, const double* diagonal, Index begin, Index end, double* r,
                                double* sums);

/// r ← −(r + Σ_i c_i row_i)
void add_rows_and_negate(const float* const* rows, Index count, const double* c, Index begin, Index end,
                         float* r);
void add_rows_and_negate(const double* const* rows, Index count, const double* c, Index begin, Index end,
                         double* r);

}  // namespace gradus
