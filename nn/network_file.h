#pragma once
#include <filesystem>
#include <span>

#include "../base/vector.h"
#include "network.h"

namespace gradus {

template <class Scalar>
struct SavedNetwork {
  Network network;
  Vector<Scalar> theta;
};

/// Writes the parameters of a network that mlp() or autoencoder() made (weights_file.h), and in the file's metadata
/// what mlp() was given: "layers" ("784,512,10"), "activation", "loss", "l2", "dropout", "input-dropout", and where
/// they are not the defaults "l2-biases" ("true"), "linear-layer" ("2") and "reconstruct" ("true"). Not the
/// initializer: drawn anew, a loaded network's parameters start as mlp()'s do by default.
template <class Scalar>
void save_network(const std::filesystem::path& path, const Network& network, std::span<const Scalar> theta);

/// The network that save_network wrote. Throws Error where the file does not say which network it is, or does
/// not fit what it says.
template <class Scalar>
SavedNetwork<Scalar> load_network(const std::filesystem::path& path);

}  // namespace gradus
