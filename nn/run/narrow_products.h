#pragma once
#include "base/vector.h"

/// Matrix products with a narrow side, for which BLAS' packing costs more than the product. Row-major; a, b and c have rows
/// lda, ldb and ldc apart. C is only read where it accumulates.
namespace gradus {

inline constexpr Index narrow_side = 32;

/// C ← A op(B) + βC, β = 0 or 1; A is m × k, op(B) k × n, 1 ≤ n ≤ narrow_side. For the same
/// bits on any number of threads, cut C's rows at multiples of 12.
template <class Scalar>
using FewColumns = void (*)(bool transpose_b, Index m, Index n, Index k, const Scalar* a, Index lda,
                            const Scalar* b, Index ldb, bool accumulate, Scalar* c, Index ldc);

/// C ← op(A) B + βC, β = 0 or 1; op(A) is m × k, B k × n, m ≤ narrow_side, least_columns ≤ n ≤ most_columns.
template <class Scalar>
using FewRows = void (*)(bool transpose_a, Index m, Index n, Index k, const Scalar* a, Index lda,
                         const Scalar* b, Index ldb, bool accumulate, Scalar* c, Index ldc);
inline constexpr Index least_columns = 16, most_columns = 144;

}  // namespace gradus
