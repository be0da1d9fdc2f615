#include "optim/non_finite.h"

#include <fmt/format.h>

#include "optim/vector_math.h"

namespace gradus {

template <class Scalar>
std::string non_finite_message(const Objective<Scalar>& objective, double loss, std::span<const Scalar> g,
                               std::string_view when) {
  if (!std::isfinite(loss)) return fmt::format("The loss is {}{}; θ is left as it was.", shown(loss), when);
  const Index i = first_non_finite(g);
  if (i < 0)
    return fmt::format("The gradient's norm overflows{} (loss {}); θ is left as it was.", when, loss);
  return fmt::format("The gradient of {} is {}{} (loss {}); θ is left as it was.", objective.element_name(i),
                     shown(static_cast<double>(g[static_cast<std::size_t>(i)])), when, loss);
}

template std::string non_finite_message(const Objective<float>&, double, std::span<const float>,
                                        std::string_view);
template std::string non_finite_message(const Objective<double>&, double, std::span<const double>,
                                        std::string_view);

}  // namespace gradus
