#pragma once
#include "base/vector.h"

namespace gradus {

/// C ← α op(A) op(B) + β C, row by row without gaps; op(A) is m × k, op(B) k × n; op transposes where its flag says so. C must
/// overlap with neither. On the threads of threads(), with the same result, to the last bit, on any number of them.
void multiply(bool transpose_a, bool transpose_b, Index m, Index n, Index k, float alpha, const float* a,
              const float* b, float beta, float* c);
void multiply(bool transpose_a, bool transpose_b, Index m, Index n, Index k, double alpha, const double* a,
              const double* b, double beta, double* c);

}  // namespace gradus
