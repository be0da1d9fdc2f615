#include "optim/diagnostics/product_trouble.h"

#include <fmt/format.h>

#include <cmath>

#include "optim/vector_math.h"

namespace gradus {
namespace {

template <class Scalar>
std::string trouble_of(std::span<const Scalar> product, Index which) {
  if (std::isfinite(norm(product))) return {};
  const Index i = first_non_finite(product);
  if (i < 0)
    return fmt::format("The product {} of the matrix is too long for its length to be finite.", which);
  return fmt::format("The product {} of the matrix is {} in element {}.", which,
                     product[static_cast<std::size_t>(i)], i);
}

}  // namespace

std::string product_trouble(std::span<const float> product, Index which) {
  return trouble_of(product, which);
}
std::string product_trouble(std::span<const double> product, Index which) {
  return trouble_of(product, which);
}

}  // namespace gradus
