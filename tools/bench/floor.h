#pragma once
#include <span>

#include "base/vector.h"
#include "tools/bench/interleave.h"

namespace gradus::bench {

enum class Derivative { gradient, gauss_newton, hessian };

/// Lets BLAS use this many threads of its own from now on, outside of gradus' teams.
void set_blas_threads(int threads);

/// The matrix products in float that a derivative of a multilayer perceptron cannot avoid, as bare calls of BLAS one after
/// the other. For each layer with input X, weights W, output gradient D, and with the directional derivatives V of W, R of
/// X and E of D,
///   gradient      X Wᵀ;  DᵀX, and D W but in the first layer
///   Gauss–Newton  X Vᵀ, and R Wᵀ but in the first layer;  EᵀX, and E W but in the first      (forward values held)
///   Hessian       these;  DᵀR and D V but in the first                                 (backward values held as well)
/// with cases in rows or in columns and W or Wᵀ in memory, whichever of the four is the quickest here.
Work floor_of(Derivative derivative, std::span<const Index> layers, Index batch);

}  // namespace gradus::bench
