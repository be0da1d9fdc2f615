#include "optim/matrix_math.h"

#include <cblas.h>

#include <algorithm>

#include "base/threads.h"

namespace gradus {
namespace {

void gemm(CBLAS_TRANSPOSE a_as, CBLAS_TRANSPOSE b_as, blasint m, blasint n, blasint k, float alpha,
          const float* a, blasint lda, const float* b, blasint ldb, float beta, float* c) {
  cblas_sgemm(CblasRowMajor, a_as, b_as, m, n, k, alpha, a, lda, b, ldb, beta, c, n);
}
void gemm(CBLAS_TRANSPOSE a_as, CBLAS_TRANSPOSE b_as, blasint m, blasint n, blasint k, double alpha,
          const double* a, blasint lda, const double* b, blasint ldb, double beta, double* c) {
  cblas_dgemm(CblasRowMajor, a_as, b_as, m, n, k, alpha, a, lda, b, ldb, beta, c, n);
}

// Every team multiplies the same pieces: what BLAS rounds may depend on a matrix's height.
template <class Scalar>
void by_pieces(bool transpose_a, bool transpose_b, Index m, Index n, Index k, Scalar alpha, const Scalar* a,
               const Scalar* b, Scalar beta, Scalar* c) {
  constexpr Index height = 128;
  const auto as = [](bool transpose) { return transpose ? CblasTrans : CblasNoTrans; };
  const auto size = [](Index i) { return static_cast<blasint>(i); };
  parallel_for(m, height, [&](Index begin, Index end) {
    for (Index i = begin; i < end; i += height)
      gemm(as(transpose_a), as(transpose_b), size(std::min(height, end - i)), size(n), size(k), alpha,
           a + (transpose_a ? i : i * k), size(transpose_a ? m : k), b, size(transpose_b ? k : n), beta,
           c + i * n);
  });
}

}  // namespace

void multiply(bool transpose_a, bool transpose_b, Index m, Index n, Index k, float alpha, const float* a,
              const float* b, float beta, float* c) {
  by_pieces(transpose_a, transpose_b, m, n, k, alpha, a, b, beta, c);
}
void multiply(bool transpose_a, bool transpose_b, Index m, Index n, Index k, double alpha, const double* a,
              const double* b, double beta, double* c) {
  by_pieces(transpose_a, transpose_b, m, n, k, alpha, a, b, beta, c);
}

}  // namespace gradus
