#pragma once
#include <string>

#include "../objective.h"
#include "../options.h"

namespace gradus {

struct ProbeOptions {
  Index samples = 100;  ///< random vectors, one product each
  Index seed = 0;  ///< sample i has the same signs in estimate_trace, estimate_diagonal and spectral_density
  void visit(OptionVisitor&);
};

struct TraceEstimate {
  double trace = 0;
  double standard_error = 0;  ///< infinite where there is one sample only
  Index samples = 0;
  std::string message;  ///< a sentence, after a product that was not finite
};

/// The trace of a symmetric matrix C, n × n, as the mean of m samples
///
///     zᵀCz,   z independent random signs
///
/// with the standard error s/√m, s their standard deviation, which is √(2 Σ_{i≠j} C_ij²): exact for a diagonal C. A
/// product that is not finite ends it; the result is of the samples before, a NaN where there are none. Throws Error
/// for n < 0 and options out of their range. The same on any number of threads. Memory: two vectors of n.
///
/// M. F. Hutchinson: A stochastic estimator of the trace of the influence matrix for Laplacian smoothing splines.
/// Communications in Statistics 18, 1989.
TraceEstimate estimate_trace(Curvature<float>& c, Index n, const ProbeOptions& options = {});
TraceEstimate estimate_trace(Curvature<double>& c, Index n, const ProbeOptions& options = {});

struct DiagonalEstimate {
  Vector<double> diagonal;        ///< n elements
  Vector<double> standard_error;  ///< of each; infinite where there is one sample only
  Index samples = 0;
  std::string message;  ///< a sentence, after a product that was not finite
};

/// The diagonal of C as the mean of m samples
///
///     z∘Cz,   z independent random signs
///
/// with the standard error of each element; the standard deviation is √(Σ_{j≠i} C_ij²). The rest as in estimate_trace.
/// Memory: two vectors of n besides the result.
///
/// C. Bekas, E. Kokiopoulou, Y. Saad: An estimator for the diagonal of a matrix. Applied Numerical Mathematics 57,
/// 2007; for signs its quotient Σ z∘Cz ⊘ Σ z∘z is this mean.
DiagonalEstimate estimate_diagonal(Curvature<float>& c, Index n, const ProbeOptions& options = {});
DiagonalEstimate estimate_diagonal(Curvature<double>& c, Index n, const ProbeOptions& options = {});

}  // namespace gradus
