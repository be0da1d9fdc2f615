#pragma once
#include "base/random.h"
#include "base/vector.h"

namespace gradus::test {

/// n numbers from N(0, stddev²), the same for the same purpose.
template <class Scalar = double>
Vector<Scalar> normal_vector(Index n, const char* purpose, double stddev = 1) {
  Random random(7, purpose);
  Vector<Scalar> values(static_cast<std::size_t>(n));
  for (Scalar& x : values) x = static_cast<Scalar>(stddev * random.normal());
  return values;
}

}  // namespace gradus::test
