#pragma once
#include <cstdint>

#include "dataset.h"

namespace gradus {

struct DigitsOptions {
  Index train = 60000;  ///< training images, ≥ 1
  Index test = 10000;   ///< test images, ≥ 1
  std::uint64_t seed = 0;
};

struct Digits {
  Dataset train, test;
};

/// Draws "synthetic digits": handwritten-like digits in MNIST's shape (28 × 28 bytes, ten classes), for where
/// there is no network to fetch MNIST from. They are not MNIST, and accuracies on them are not comparable to
/// its.
Digits synthetic_digits(const DigitsOptions& options = {});

}  // namespace gradus
