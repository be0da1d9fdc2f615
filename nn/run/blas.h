#pragma once
#include "base/vector.h"

namespace gradus::blas {

/// C ← op(A) op(B) + βC, row-major; op(A) is m × k, op(B) k × n; op transposes where its flag says so. lda, ldb and ldc are
/// the distances between rows as they lie in memory. On the calling thread alone when called from inside a team.
void gemm(bool transpose_a, bool transpose_b, Index m, Index n, Index k, const float* a, Index lda,
          const float* b, Index ldb, float beta, float* c, Index ldc);
void gemm(bool transpose_a, bool transpose_b, Index m, Index n, Index k, const double* a, Index lda,
          const double* b, Index ldb, double beta, double* c, Index ldc);

}  // namespace gradus::blas
