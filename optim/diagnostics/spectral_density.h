#pragma once
#include <string>
#include <vector>

#include "../objective.h"
#include "../options.h"

namespace gradus {

struct SpectralDensityOptions {
  Index probes = 10;    ///< p, random vectors
  Index steps = 80;     ///< k, products for each of them; less where its space is invariant before
  double width = 0.01;  ///< σ of the Gaussians, as a share of the spectrum's extent
  Index seed = 0;
  void visit(OptionVisitor&);
};

struct SpectralDensity {
  struct Node {
    double value = 0;   ///< θ
    double weight = 0;  ///< w: about what share of the eigenvalues is near θ
  };
  std::vector<Node> nodes;  ///< of all probes, ascending; the weights sum to 1

  double width = 0;        ///< σ, absolute
  std::vector<double> at;  ///< evenly spaced, σ/2 apart, from the least node − 8σ to the greatest + 8σ
  std::vector<double> density;  ///< φ at these; its integral is 1

  Index probes = 0;     ///< that are in it
  Index products = 0;   ///< with C
  std::string message;  ///< a sentence, after a product that was not finite
};

/// How the n eigenvalues of a symmetric matrix C lie, by stochastic Lanczos quadrature:
///
///     1/n Σ_i g(λ_i) = 1/n tr g(C)  ≈  1/n 1/p Σ_z zᵀg(C)z  ≈  Σ_j w_j g(θ_j)
///     φ(x) = Σ_j w_j N(x; θ_j, σ²)
///
/// For each of p vectors z of random signs, k steps of Lanczos' method (lanczos.h) from z; θ the eigenvalues of its
/// tridiagonal matrix, w = s₁²/p with s₁ the first element of the eigenvector. For one z it is Gauss' quadrature,
/// exact for polynomials g of degree up to 2k − 1: Σ w θ is estimate_trace/n with the same seed and as many samples,
/// to rounding. What is left is the spread over z, about 1/√(pn) of g's, and a resolution of about the spectrum's
/// extent by k inside of it, finer at its ends and around values that many eigenvalues share. Of eigenvalues that are
/// nearer to 0 than that the sign is not known: trust Σ w|θ| over negative θ, not Σ w.
///
/// The extent is the length of the smallest interval that holds 0 and all nodes, 1 for the zero matrix.
///
/// A product that is not finite ends it; the result is of the probes before, without nodes where there are none.
/// Throws Error for n < 1, for which there is no density, and options out of their range. The same on any number of
/// threads. Memory: k + 2 vectors of n.
///
/// Defaults: ours.
///
/// S. Ubaru, J. Chen, Y. Saad: Fast estimation of tr(f(A)) via stochastic Lanczos quadrature. SIAM J. Matrix Anal.
/// Appl. 38, 2017. B. Ghorbani, S. Krishnan, Y. Xiao: An investigation into neural net optimization via Hessian
/// eigenvalue density. ICML 2019, arXiv:1901.10159 (with normally distributed z).
SpectralDensity spectral_density(Curvature<float>& c, Index n, const SpectralDensityOptions& options = {});
SpectralDensity spectral_density(Curvature<double>& c, Index n, const SpectralDensityOptions& options = {});

}  // namespace gradus
