#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "nn/network_file.h"
#include "tools/landscape/relief.h"

namespace gradus::landscape {

struct NetworkOptions {
  std::string network;                      ///< the file of θ₀
  std::optional<std::string> another = {};  ///< the file of θ₁
  Index cases = 1000;      ///< of the training and of the test set, or all where there are fewer
  Index points = 25;       ///< along each side of the plane, and along the line
  double reach = 1;        ///< the plane's coordinates go from −reach to reach
  std::uint64_t seed = 0;  ///< of the directions and of the cases
};

/// A network's losses, without dropout and penalty, near its parameters θ₀.
struct NetworkLandscape {
  std::string heading;  ///< which network, which data
  bool between;         ///< two networks are on the line
  /// (1 − α)θ₀ + αθ₁, α from −¼ to 1¼; without θ₁ the plane's first direction, θ₀ + αδ.
  std::vector<double> alpha, training, test;
  Relief plane;  ///< training loss at θ₀ + xδ + yη
};

/// A random direction that is normalised by filter (Li, Xu, Taylor, Studer, Goldstein 2018): d normal, keyed by (seed, which);
/// the weights that come into one unit, a row of a weight matrix, get the length of θ's; biases stay.
///
///     δ_row = d_row ‖θ_row‖ / ‖d_row‖
Vector<float> filter_direction(const Network& network, std::span<const float> theta, std::uint64_t seed,
                               std::uint64_t which);

/// `progress` hears of the share that is done. Throws Error for files that are no networks, networks of two shapes, data that do
/// not fit, and numbers out of their range.
NetworkLandscape network_landscape(const NetworkOptions& options, const Dataset& training,
                                   const Dataset& test, const std::function<void(double)>& progress = {});

}  // namespace gradus::landscape
