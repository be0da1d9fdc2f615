#pragma once
#include <filesystem>
#include <span>
#include <type_traits>

#include "parameters.h"
#include "safetensors.h"

namespace gradus {

/// Writes θ to a safetensors file, an array for each block, under its name and in its shape; all or nothing.
/// A multilayer perceptron's has PyTorch's names and layout:
/// load_state_dict(safetensors.torch.load_file(path)).
template <class Scalar>
void save_parameters(const std::filesystem::path& path, const Parameters& parameters,
                     std::span<const Scalar> theta, const Metadata& metadata = {});

/// θ from a file that has exactly the network's blocks, in any order, as F32 or F64. Otherwise throws Error
/// naming the first block that is missing, of another shape, of another type, or too many.
template <class Scalar>
Vector<Scalar> load_parameters(const std::filesystem::path& path, const Parameters& parameters);
template <class Scalar>
Vector<Scalar> load_parameters(const Safetensors& file, const Parameters& parameters);

}  // namespace gradus
