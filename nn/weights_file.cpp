#include "nn/weights_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/error.h"

namespace gradus {

template <class Scalar>
void save_parameters(const std::filesystem::path& path, const Parameters& parameters,
                     std::span<const Scalar> theta, const Metadata& metadata) {
  std::vector<NamedArray<Scalar>> arrays;
  for (std::size_t i = 0; i < parameters.blocks().size(); ++i) {
    const Parameters::Block& block = parameters.blocks()[i];
    const auto sizes = block.shape.sizes();
    arrays.push_back({block.name, {sizes.begin(), sizes.end()}, parameters.view(i, theta)});
  }
  write_safetensors<Scalar>(path, arrays, metadata);
}

template <class Scalar>
Vector<Scalar> load_parameters(const Safetensors& file, const Parameters& parameters) {
  const auto blocks = parameters.blocks();
  std::vector<const Safetensors::Array*> arrays;
  for (const Parameters::Block& block : blocks) {
    const Safetensors::Array* array = arrays.emplace_back(file.find(block.name));
    if (!array)
      throw Error(fmt::format("[load] the network has a block {} of shape {}, but {} has none of this name.",
                              block.name, block.shape.to_string(), file.path()));
    if (!std::ranges::equal(array->shape, block.shape.sizes()))
      throw Error(fmt::format("[load] {} has shape {} in the network, but ({}) in {}.", block.name,
                              block.shape.to_string(), fmt::join(array->shape, ", "), file.path()));
  }
  for (const Safetensors::Array& array : file.arrays())
    if (std::ranges::find(blocks, array.name, &Parameters::Block::name) == blocks.end())
      throw Error(
          fmt::format("[load] {} has a block {} of shape ({}), but the network has none of this name.",
                      file.path(), array.name, fmt::join(array.shape, ", ")));
  Vector<Scalar> theta(static_cast<std::size_t>(parameters.size()));
  for (std::size_t i = 0; i < blocks.size(); ++i) file.read(*arrays[i], parameters.view(i, std::span(theta)));
  return theta;
}

template <class Scalar>
Vector<Scalar> load_parameters(const std::filesystem::path& path, const Parameters& parameters) {
  return load_parameters<Scalar>(Safetensors(path), parameters);
}

#define GRADUS_INSTANTIATE(Scalar)                                                                        \
  template void save_parameters(const std::filesystem::path&, const Parameters&, std::span<const Scalar>, \
                                const Metadata&);                                                         \
  template Vector<Scalar> load_parameters<Scalar>(const std::filesystem::path&, const Parameters&);       \
  template Vector<Scalar> load_parameters<Scalar>(const Safetensors&, const Parameters&);
GRADUS_INSTANTIATE(float)
GRADUS_INSTANTIATE(double)
#undef GRADUS_INSTANTIATE

}  // namespace gradus
