#pragma once
#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "data/dataset.h"

namespace gradus::test {

/// Points of the plane around three corners of a triangle, labelled by their corner.
inline Dataset clusters(Index cases, std::uint64_t seed = 1, double spread = 0.3) {
  Random random(seed, "clusters");
  std::vector<double> points;
  std::vector<Index> labels;
  for (Index i = 0; i < cases; ++i) {
    const double angle = 2.0943951 * static_cast<double>(i % 3);
    points.push_back(std::cos(angle) + spread * random.normal());
    points.push_back(std::sin(angle) + spread * random.normal());
    labels.push_back(i % 3);
  }
  return Dataset::from_labelled_values("clusters", points, 2, labels, 3);
}

}  // namespace gradus::test
