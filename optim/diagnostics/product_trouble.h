#pragma once
#include <span>
#include <string>

#include "optim/objective.h"

namespace gradus {

/// Empty where the length of C v is finite, else a sentence about it; `which` counts the products from 1.
std::string product_trouble(std::span<const float> product, Index which);
std::string product_trouble(std::span<const double> product, Index which);

}  // namespace gradus
