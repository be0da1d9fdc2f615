#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/vector.h"
#include "nn/network.h"
#include "optim/objectives/network_objective.h"

namespace gradus::bench {

/// The networks that are measured: N1 784-100-10, N2 784-512-512-10 and N3 784-1000-1000-10 are classifiers with rectified
/// linear units; N4 784-1000-500-250-30-250-500-1000-784 is an autoencoder with sigmoid units.
inline constexpr std::string_view network_names[] = {"N1", "N2", "N3", "N4"};

std::vector<Index> layers(std::string_view name);
bool is_autoencoder(std::string_view name);
Network network(std::string_view name);

/// A network's loss on one batch of made-up cases, of whose inputs four fifths are zero, as MNIST's are.
struct Problem {
  Problem(std::string_view name, Index batch);

  Network network;
  NetworkObjective<float> objective{network};
  Vector<float> theta, inputs, targets;
};

}  // namespace gradus::bench
