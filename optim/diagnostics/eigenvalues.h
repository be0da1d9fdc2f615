#pragma once
#include <string>
#include <vector>

#include "../objective.h"
#include "../options.h"

namespace gradus {

struct EigenvalueOptions {
  bool both_ends = false;    ///< the smallest eigenvalues, too
  Index max_products = 100;  ///< with C; each adds a vector of n to the memory
  double tolerance = 1e-4;   ///< an eigenvalue has converged when its bound ≤ tolerance · max |θ|
  Index seed = 0;            ///< of the first vector
  void visit(OptionVisitor&);
};

struct Eigenvalue {
  double value = 0;
  double bound = 0;  ///< C has an eigenvalue at most so far from `value`
  bool converged = false;
};

struct Eigenvalues {
  std::vector<Eigenvalue> largest;   ///< descending
  std::vector<Eigenvalue> smallest;  ///< ascending; with both_ends
  bool converged = false;            ///< there are as many as asked for, all converged
  Index products = 0;                ///< with C
  std::string message;               ///< unless converged: a sentence that says why not
};

/// The `count` largest eigenvalues of a symmetric matrix C, n × n, largest in value, and with both_ends as many of the
/// smallest: Ritz values θ of Lanczos' method (lanczos.h) from a normally distributed random vector, each with
///
///     bound = |β_k s_k| + ε max |θ|        ε the spacing of Scalar's numbers at 1
///
/// It ends when all have converged. What the products themselves are rounded by is not in the bounds. They say that
/// there is an eigenvalue nearby, not that none is larger: that is likely, as the random vector has a part in every
/// eigenvector.
///
/// Where the space is invariant another random vector, orthogonal to it, goes on. Thus the copies of a multiple
/// eigenvalue are found, though only then: one of them comes first, and the others when all distinct ones have been
/// found. Of n < count rows there are n eigenvalues.
///
/// A product that is not finite ends it, with what was found before. Throws Error for count < 1, n < 0 and options
/// out of their range. The same on any number of threads.
///
/// Defaults: ours.
///
/// Y. Saad: Numerical Methods for Large Eigenvalue Problems, SIAM 2011, chapter 6. B. N. Parlett: The
/// Symmetric Eigenvalue Problem, SIAM 1998, chapter 13.
///
///     const Eigenvalues top = largest_eigenvalues(objective.hessian(theta), n, 5);
Eigenvalues largest_eigenvalues(Curvature<float>& c, Index n, Index count,
                                const EigenvalueOptions& options = {});
Eigenvalues largest_eigenvalues(Curvature<double>& c, Index n, Index count,
                                const EigenvalueOptions& options = {});

}  // namespace gradus
